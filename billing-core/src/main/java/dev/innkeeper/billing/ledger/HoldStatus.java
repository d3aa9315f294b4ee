package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Amount;

/**
 * A hold as it stands.
 *
 * @param remaining what is neither captured nor freed; zero when the hold is closed
 */
public record HoldStatus(Hold hold, Amount remaining) {
  public boolean isOpen() {
    return remaining.isPositive();
  }
}
