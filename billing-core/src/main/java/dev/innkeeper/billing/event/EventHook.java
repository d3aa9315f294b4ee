package dev.innkeeper.billing.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.json.BillingJson;
import java.util.function.Consumer;

/**
 * Who wants to know of events. A hook is called at least once for each event, in order for each
 * customer, outside any transaction, after the change that caused the event is committed. When it
 * throws, it is called again later with the same event.
 */
public final class EventHook {
  private static final String EVERY_TYPE = "*";

  private final String name;
  private final String type;
  private final Deliverer deliverer;

  private interface Deliverer {
    void deliver(StoredEvent event, ObjectMapper json);
  }

  private EventHook(String name, String type, Deliverer deliverer) {
    this.name = name;
    this.type = type;
    this.deliverer = deliverer;
  }

  /**
   * A hook for one type of event.
   *
   * @param name unique among an engine's hooks and the same at every start: retries go by it
   */
  public static <E extends BillingEvent> EventHook on(
      String name, Class<E> type, Consumer<E> handler) {
    return new EventHook(
        name,
        EventLog.typeOf(type),
        (event, json) -> handler.accept(BillingJson.read(json, event.data(), type)));
  }

  /** A hook for events of every type, as they are stored. */
  public static EventHook onEvery(String name, Consumer<StoredEvent> handler) {
    return new EventHook(name, EVERY_TYPE, (event, json) -> handler.accept(event));
  }

  public String name() {
    return name;
  }

  boolean wants(String eventType) {
    return type.equals(EVERY_TYPE) || type.equals(eventType);
  }

  void deliver(StoredEvent event, ObjectMapper json) {
    deliverer.deliver(event, json);
  }
}
