package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Cash on its way to a customer, by an operator's hand or a payment provider's. Immutable.
 *
 * @param channel where it is sent from, such as {@code bank}, or the provider that sends it; null
 *     while it waits
 * @param reference what the bank or the provider calls the transfer; null until it is sent
 * @param destination the customer's account at the provider; null when no provider sends it
 * @param message why the provider did not send it; null when none refused
 */
public record Payout(
    UUID customerId,
    UUID id,
    Amount amount,
    String reason,
    State state,
    @Nullable String channel,
    @Nullable String reference,
    @Nullable String destination,
    @Nullable String message,
    String recordedBy,
    Instant recordedAt,
    @Nullable Instant finishedAt) {

  /** How far it is. */
  public enum State {
    /** It left the wallet; somebody has to send it. */
    WAITING,
    /** A provider was asked to send it, and has not answered for good. */
    SENDING,
    SENT,
    /** It is back in the wallet. */
    CANCELLED
  }
}
