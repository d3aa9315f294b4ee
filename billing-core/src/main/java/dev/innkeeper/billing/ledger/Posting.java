package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.InvalidInput;

/**
 * One side of a transfer.
 *
 * @param account where it goes, which also says its currency
 * @param side which side of the account
 * @param minorUnits more than zero
 */
public record Posting(AccountId account, Side side, long minorUnits) {
  /**
   * @throws InvalidInput when the amount is zero or negative
   */
  public Posting {
    if (minorUnits <= 0) {
      throw new InvalidInput(
          "posting.amount",
          "must be more than zero, was "
              + Amount.ofMinor(minorUnits, account.currency())
              + "; swap the sides instead of the sign");
    }
  }

  /** Debits positive, credits negative. */
  long signed() {
    return side.sign() * minorUnits;
  }

  public Amount amount() {
    return Amount.ofMinor(minorUnits, account.currency());
  }
}
