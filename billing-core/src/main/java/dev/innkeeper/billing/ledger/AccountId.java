package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import java.util.UUID;

/**
 * Names an account.
 *
 * @param owner a customer, a campaign, or {@link Accounts#HOUSE}
 * @param code a lower-case path such as {@code cash} or {@code revenue/vm}, at most 120 characters
 * @param currency every posting on the account is in it
 */
public record AccountId(UUID owner, String code, Currency currency) {
  private static final int CODE_LENGTH_MAX = 120;

  /**
   * @throws InvalidInput when the code is no such path
   */
  public AccountId {
    if (code.length() > CODE_LENGTH_MAX || !Words.isPath(code)) {
      throw new InvalidInput(
          "account.code",
          "must be a lower-case path such as revenue/vm, of at most "
              + CODE_LENGTH_MAX
              + " characters");
    }
  }

  /** Whether the account is the business's own. */
  public boolean isHouse() {
    return owner.equals(Accounts.HOUSE);
  }

  /** For people: {@code cash EUR of 0190…}. */
  @Override
  public String toString() {
    return code + " " + currency + (isHouse() ? " of the house" : " of " + owner);
  }
}
