package dev.innkeeper.billing.event;

import java.time.Instant;
import java.util.UUID;

/**
 * Which events to show, the latest first.
 *
 * @param type such as {@code invoice.paid} or {@code invoice.*}; empty for every type
 * @param beforeAt with the next two, the event that the page before ended with
 */
public record EventQuery(
    String type, Instant beforeAt, UUID beforeCustomer, long beforeSeq, int limit) {
  private static final Instant END_OF_TIME = Instant.parse("9999-12-31T00:00:00Z");
  private static final UUID LAST = new UUID(-1, -1);

  /** The latest events. */
  public static EventQuery latest(int limit) {
    return new EventQuery("", END_OF_TIME, LAST, Long.MAX_VALUE, limit);
  }

  public EventQuery withType(String newType) {
    return new EventQuery(newType, beforeAt, beforeCustomer, beforeSeq, limit);
  }

  /** Those before this one. */
  public EventQuery before(Instant at, UUID customerId, long seq) {
    return new EventQuery(type, at, customerId, seq, limit);
  }
}
