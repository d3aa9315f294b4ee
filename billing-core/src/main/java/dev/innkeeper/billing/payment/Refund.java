package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Money on its way back to a card. Immutable.
 *
 * @param external whether it was made on the provider's pages
 * @param reference the provider's name of it; null while there is none
 * @param message why it was refused; null otherwise
 */
public record Refund(
    UUID customerId,
    UUID id,
    UUID paymentId,
    String provider,
    String chargeReference,
    Amount amount,
    String reason,
    boolean external,
    State state,
    @Nullable String reference,
    @Nullable String message,
    Instant recordedAt,
    @Nullable Instant calledAt) {
  /** Where a refund stands. */
  public enum State {
    RECORDED,
    CALLING,
    UNKNOWN,
    SUCCEEDED,
    REFUSED
  }
}
