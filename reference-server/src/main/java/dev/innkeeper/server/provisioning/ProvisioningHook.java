package dev.innkeeper.server.provisioning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.json.BillingJson;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Tells the orchestrator of subscriptions' events. The engine is built with it before there is an
 * orchestrator, which needs the engine: {@link Orchestrator#create} joins the two. An event that
 * comes before is kept and delivered again.
 */
public final class ProvisioningHook {
  private static final String EVENTS = "subscription.";

  private final ObjectMapper json = BillingJson.mapper();
  private final AtomicReference<@Nullable Orchestrator> orchestrator = new AtomicReference<>();

  /** For {@code BillingEngine.Builder.hook}. */
  public EventHook eventHook() {
    return EventHook.onEvery("provisioning", this::deliver);
  }

  void attach(Orchestrator target) {
    orchestrator.set(target);
  }

  private void deliver(StoredEvent event) {
    if (!event.type().startsWith(EVENTS)) {
      return;
    }
    Orchestrator target = orchestrator.get();
    if (target == null) {
      throw new IllegalStateException("provisioning has not begun yet");
    }
    JsonNode data = BillingJson.read(json, event.data(), JsonNode.class);
    // The event says that something changed; what is so now, the subscription says.
    target.refresh(event.customerId(), UUID.fromString(data.path("subscriptionId").asText()));
  }
}
