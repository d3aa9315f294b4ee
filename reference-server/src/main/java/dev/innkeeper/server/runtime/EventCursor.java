package dev.innkeeper.server.runtime;

import dev.innkeeper.billing.event.EventQuery;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.problem.InvalidInput;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;

/** Where a list of events goes on, as a text for addresses. */
public final class EventCursor {
  private EventCursor() {}

  /** The text for going on after an event. */
  public static String after(StoredEvent event) {
    return event.occurredAt() + "_" + event.customerId() + "_" + event.seq();
  }

  /**
   * A query for what comes after the event that a text stands for.
   *
   * @param field the parameter's name, for the refusal
   * @throws InvalidInput when the text is not one of {@link #after}
   */
  public static EventQuery continued(EventQuery query, String field, String text) {
    String[] parts = text.split("_", -1);
    try {
      if (parts.length == 3) {
        return query.before(
            Instant.parse(parts[0]), UUID.fromString(parts[1]), Long.parseLong(parts[2]));
      }
    } catch (DateTimeException | IllegalArgumentException e) {
      // Told below.
    }
    throw new InvalidInput(field, "must be what the page before gave as next");
  }
}
