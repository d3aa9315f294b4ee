package dev.innkeeper.billing.webhook;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One try to deliver one message.
 *
 * @param customerId null for a test message
 * @param seq the event's place among the customer's; null for a test message
 * @param messageId the {@code webhook-id}
 * @param number 1 for the first try of the message
 * @param statusCode null when no answer came
 * @param response the first kilobyte of the answer's body
 * @param error why it counts as failed; empty when it was delivered
 */
public record WebhookAttempt(
    UUID endpointId,
    UUID id,
    @Nullable UUID customerId,
    @Nullable Long seq,
    String messageId,
    String type,
    int number,
    Instant at,
    boolean delivered,
    @Nullable Integer statusCode,
    int durationMillis,
    String response,
    String error) {}
