package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Amount;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/**
 * Decides whether a customer may start something: with nothing overdue, and either a usable card or
 * more in the wallet than is owed and than what runs already will use. Thread-safe.
 */
public final class DeployGate {
  private final Database db;
  private final Clock clock;
  private final Customers customers;
  private final Wallets wallets;
  private final RunningServices running;

  DeployGate(PaymentCore core, Wallets wallets, RunningServices running) {
    this.db = core.db();
    this.clock = core.clock();
    this.customers = core.customers();
    this.wallets = wallets;
    this.running = running;
  }

  /**
   * Decides.
   *
   * @param firstPeriod what the new thing will cost until the end of the billing period; zero or
   *     more, in the customer's currency
   * @throws dev.innkeeper.billing.problem.NotFound when there is no such customer
   */
  public DeployDecision check(UUID customerId, Amount firstPeriod) {
    Instant now = clock.instant();
    Wallet wallet = wallets.of(customerId, customers.get(customerId).currency());
    if (isOverdue(customerId, now)) {
      return new DeployDecision.Refused(
          "invoice-overdue", "An invoice is overdue. Pay it, then start something new.");
    }
    List<PaymentMethod> cards = db.tx(handle -> MethodBook.of(handle, List.of(customerId)));
    if (cards.stream().anyMatch(card -> card.isUsableAt(now))) {
      return new DeployDecision.Allowed();
    }
    Amount committed =
        wallet
            .owed()
            .plus(running.unbilledAtPeriodEnd(customerId, wallet.cash().currency(), now))
            .plus(firstPeriod);
    if (wallet.available().isPositive() && wallet.available().compareTo(committed) >= 0) {
      return new DeployDecision.Allowed();
    }
    return new DeployDecision.Refused(
        "no-funds",
        "There is no usable card, and the wallet holds "
            + wallet.available()
            + ", while "
            + committed
            + " will be needed until the end of the billing period. Add a card, redeem a voucher"
            + " or top up.");
  }

  private boolean isOverdue(UUID customerId, Instant now) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select exists (select 1 from @.invoice where customer_id = :c"
                        + " and status = 'OPEN' and due_at <= :now)")
                .bind("c", customerId)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .mapTo(Boolean.class)
                .one());
  }
}
