package dev.innkeeper.billing.event;

import java.time.Instant;
import java.util.UUID;

/**
 * An event as the log keeps it.
 *
 * @param seq its place among the customer's events, from 1 without gaps
 * @param id unique; the same at every delivery, so that a receiver can tell a repeat
 * @param data the event's components as JSON
 */
public record StoredEvent(
    UUID customerId, long seq, UUID id, String type, Instant occurredAt, String data) {}
