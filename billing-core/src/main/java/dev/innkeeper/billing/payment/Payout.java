package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Cash on its way to a customer by an operator's hand. Immutable.
 *
 * @param channel where it was sent from, such as {@code bank}; null until it is sent
 * @param reference what the bank calls the transfer; null until it is sent
 */
public record Payout(
    UUID customerId,
    UUID id,
    Amount amount,
    String reason,
    State state,
    @Nullable String channel,
    @Nullable String reference,
    String recordedBy,
    Instant recordedAt,
    @Nullable Instant finishedAt) {

  /** How far it is. */
  public enum State {
    /** It left the wallet; somebody has to send it. */
    WAITING,
    SENT,
    /** It is back in the wallet. */
    CANCELLED
  }
}
