package dev.innkeeper.billing.ledger;

import org.jspecify.annotations.Nullable;

/**
 * An account to open. Accounts of the chart need no opening, unless they are to have another floor.
 *
 * @param id the account's name
 * @param type what it stands for; an account of the chart keeps the chart's type
 * @param floorMinorUnits the balance, on the natural side, that no posting may go below; negative
 *     for a credit line; null for no floor
 */
public record AccountSpec(AccountId id, AccountType type, @Nullable Long floorMinorUnits) {

  /** An account that may take any balance. */
  public static AccountSpec of(AccountId id, AccountType type) {
    return new AccountSpec(id, type, null);
  }

  public AccountSpec withFloor(long newFloorMinorUnits) {
    return new AccountSpec(id, type, newFloorMinorUnits);
  }
}
