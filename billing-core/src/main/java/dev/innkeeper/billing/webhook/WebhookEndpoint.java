package dev.innkeeper.billing.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A receiver of events.
 *
 * @param eventTypes which it gets; empty for every type
 * @param disabledReason why nothing is sent; null while it is enabled
 * @param createdAt what happened before it is not sent
 */
public record WebhookEndpoint(
    UUID id,
    String url,
    String description,
    List<String> eventTypes,
    @Nullable String disabledReason,
    Instant createdAt) {

  public boolean isEnabled() {
    return disabledReason == null;
  }
}
