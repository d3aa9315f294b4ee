package dev.innkeeper.billing.event;

import java.util.UUID;

/**
 * Something that happened to a customer. Implementations are public records, annotated with {@link
 * EventType}, whose components become the event's JSON data.
 */
public interface BillingEvent {
  /** The customer it happened to; events of one customer are delivered in order. */
  UUID customerId();
}
