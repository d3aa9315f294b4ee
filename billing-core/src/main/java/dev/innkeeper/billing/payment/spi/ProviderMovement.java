package dev.innkeeper.billing.payment.spi;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;

/**
 * One movement of money as the provider's books have it.
 *
 * @param reference of the charge, refund, dispute or transfer it belongs to
 * @param amount what it changed in the house's balance with the provider; negative when it went out
 */
public record ProviderMovement(Kind kind, String reference, Amount amount, Instant at) {
  /** What moved. */
  public enum Kind {
    CHARGE,
    FEE,
    REFUND,
    DISPUTE,
    TRANSFER,
    /** Anything else, such as a payout to the house's bank, or a correction. */
    OTHER
  }
}
