package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.ledger.AccountId;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.HistoryPage;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells what customers have and owe: the ledger, read. Thread-safe. */
public final class Wallets {
  private final Database db;
  private final Ledger ledger;
  private final Customers customers;

  Wallets(PaymentCore core) {
    this.db = core.db();
    this.ledger = core.ledger();
    this.customers = core.customers();
  }

  /** Which of a wallet's accounts. */
  public enum Pocket {
    CASH,
    VOUCHER,
    /** What is owed from invoices. */
    OWED
  }

  /**
   * The wallet in the customer's currency.
   *
   * @throws dev.innkeeper.billing.problem.NotFound when there is no such customer
   */
  public Wallet of(UUID customerId) {
    return of(customerId, customers.get(customerId).currency());
  }

  /** The wallet in a currency; empty when the customer never used it. */
  public Wallet of(UUID customerId, Currency currency) {
    return db.tx(
        handle -> {
          AccountId cash = Accounts.cash(customerId, currency);
          AccountId voucher = Accounts.voucher(customerId, currency);
          AccountId owed = Accounts.receivable(customerId, currency);
          Map<AccountId, Amount> balances = ledger.balances(List.of(cash, voucher, owed));
          Amount zero = Amount.zero(currency);
          long pendingMinor =
              handle
                  .createQuery(
                      "select coalesce(sum(amount_minor), 0) from @.payment where customer_id = :c"
                          + " and next_at is not null and currency = :currency")
                  .bind("c", customerId)
                  .bind("currency", currency.code())
                  .mapTo(Long.class)
                  .one();
          return new Wallet(
              customerId,
              balances.getOrDefault(cash, zero),
              balances.getOrDefault(voucher, zero),
              balances.getOrDefault(owed, zero),
              Amount.ofMinor(pendingMinor, currency),
              balances.getOrDefault(cash, zero).minus(ledger.available(cash)));
        });
  }

  /**
   * What moved in a pocket, newest first.
   *
   * @param cursor {@link HistoryPage#next} of the page before; null for the first page
   * @param limit 1 to 500
   */
  public HistoryPage history(UUID customerId, Pocket pocket, @Nullable String cursor, int limit) {
    Currency currency = customers.get(customerId).currency();
    AccountId account =
        switch (pocket) {
          case CASH -> Accounts.cash(customerId, currency);
          case VOUCHER -> Accounts.voucher(customerId, currency);
          case OWED -> Accounts.receivable(customerId, currency);
        };
    return ledger.history(account, cursor, limit);
  }
}
