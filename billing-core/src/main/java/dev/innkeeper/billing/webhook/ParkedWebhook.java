package dev.innkeeper.billing.webhook;

import java.time.Instant;
import java.util.UUID;

/**
 * An event that an endpoint did not take in as many tries as there are.
 *
 * @param lastError what the last try failed with
 */
public record ParkedWebhook(
    UUID endpointId,
    UUID customerId,
    long seq,
    UUID eventId,
    String type,
    int attempts,
    String lastError,
    Instant since) {}
