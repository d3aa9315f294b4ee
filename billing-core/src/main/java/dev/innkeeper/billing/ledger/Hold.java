package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.InvalidInput;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * Money on an account that is promised and may not be spent otherwise.
 *
 * @param id made by the caller, like a transfer's
 * @param account where the money is; not one of the chart's house accounts
 * @param amount more than zero, in the account's currency
 * @param expiresAt when what is left becomes free again by itself
 */
public record Hold(UUID id, AccountId account, Amount amount, Instant expiresAt) {
  /**
   * @throws InvalidInput when the amount is not positive or in another currency, or the account is
   *     kept in lanes
   */
  public Hold {
    if (!amount.currency().equals(account.currency())) {
      throw new InvalidInput("hold.amount", "must be in " + account.currency());
    }
    if (!amount.isPositive()) {
      throw new InvalidInput("hold.amount", "must be more than zero");
    }
    if (Chart.isSplit(account)) {
      throw new InvalidInput("hold.account", account + " is kept in lanes and can't hold");
    }
    expiresAt = expiresAt.truncatedTo(ChronoUnit.MICROS);
  }
}
