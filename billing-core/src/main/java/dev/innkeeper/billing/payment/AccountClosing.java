package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.NotAllowed;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Empties the wallet of a customer who leaves: cash goes back to the cards it came from, the newest
 * charge first, and what no card takes is paid out by hand. Voucher credit is never paid out; it
 * goes. Thread-safe.
 */
public final class AccountClosing {
  private static final String REASON = "Account closed";
  private static final int PAYMENTS_MAX = 200;

  private final Database db;
  private final Commands commands;
  private final Clock clock;
  private final Ledger ledger;
  private final Customers customers;
  private final Providers providers;
  private final PaymentBook book;
  private final Refunds refunds;
  private final Payouts payouts;
  private final RunningServices running;

  AccountClosing(
      PaymentCore core,
      Providers providers,
      PaymentBook book,
      Outgoing outgoing,
      RunningServices running) {
    this.db = core.db();
    this.commands = core.commands();
    this.clock = core.clock();
    this.ledger = core.ledger();
    this.customers = core.customers();
    this.providers = providers;
    this.book = book;
    this.refunds = outgoing.refunds();
    this.payouts = outgoing.payouts();
    this.running = running;
  }

  /** The ways out. */
  record Outgoing(Refunds refunds, Payouts payouts) {}

  /**
   * What became of the wallet.
   *
   * @param refunds to cards, as they are when the providers have answered; one that is refused puts
   *     the money back into the wallet, from where it can be {@linkplain Payouts#request paid out}
   * @param payout what is to be sent by hand; null for nothing
   * @param forfeited voucher credit that is gone
   */
  public record Closed(List<Refund> refunds, @Nullable Payout payout, Amount forfeited) {
    public Closed {
      refunds = List.copyOf(refunds);
    }
  }

  /** What was decided, as it is stored under the command's key. */
  private record Decision(List<UUID> refundIds, @Nullable UUID payoutId, Amount forfeited) {}

  /**
   * Empties the wallet.
   *
   * @param actor who closes the account
   * @param key a repeat with the same key gives the first outcome, as it stands then
   * @throws IllegalStateException inside a transaction: providers are called
   * @throws NotAllowed with code {@code something-runs}, {@code not-billed-yet}, {@code
   *     invoice-open}, {@code payment-in-flight} or {@code cash-held}, and what to do first
   * @throws dev.innkeeper.billing.problem.NotFound when there is no such customer
   */
  public Closed close(UUID customerId, String actor, String key) {
    db.requireNoTransaction();
    customers.get(customerId);
    Decision decision =
        commands.once(
            customerId,
            "account.close:" + key,
            "close",
            Decision.class,
            () -> db.tx(handle -> decide(handle, customerId, actor)));
    decision.refundIds().forEach(id -> refunds.run(customerId, id));
    UUID payoutId = decision.payoutId();
    return new Closed(
        decision.refundIds().stream().map(id -> refunds.get(customerId, id)).toList(),
        payoutId == null ? null : payouts.get(customerId, payoutId),
        decision.forfeited());
  }

  private Decision decide(Handle handle, UUID customerId, String actor) {
    customers.lock(customerId);
    Currency currency = customers.get(customerId).currency();
    requireNothingLeft(handle, customerId, currency);
    Amount forfeited = forfeit(customerId, currency);
    Amount left = ledger.balance(Accounts.cash(customerId, currency));
    List<UUID> refundIds = new ArrayList<>();
    for (Payment payment : book.list(customerId, null, PAYMENTS_MAX)) {
      Amount part = refundable(payment, currency).min(left);
      if (part.isPositive()) {
        refundIds.add(refunds.record(customerId, payment.id(), part, REASON));
        left = left.minus(part);
      }
    }
    UUID payoutId =
        left.isPositive() ? payouts.record(handle, customerId, left, REASON, actor) : null;
    return new Decision(refundIds, payoutId, forfeited);
  }

  private Amount refundable(Payment payment, Currency currency) {
    boolean able =
        payment.amount().currency().equals(currency)
            && providers.has(payment.provider())
            && providers
                .get(payment.provider())
                .capabilities()
                .contains(PaymentProvider.Capability.REFUND);
    return able ? payment.refundable() : Amount.zero(currency);
  }

  private void requireNothingLeft(Handle handle, UUID customerId, Currency currency) {
    if (running.any(customerId)) {
      throw new NotAllowed("something-runs", "end what runs first");
    }
    Amount unbilled = running.unbilled(customerId, currency, clock.instant());
    if (!unbilled.isZero()) {
      throw new NotAllowed(
          "not-billed-yet",
          unbilled + " of use is not invoiced yet; close when the next invoice is paid");
    }
    if (PaymentMethods.owesAnything(handle, customerId)) {
      throw new NotAllowed("invoice-open", "an invoice is open; pay it or write it off first");
    }
    if (!book.open(customerId).isEmpty()) {
      throw new NotAllowed("payment-in-flight", "a payment has not ended; wait until it has");
    }
    if (!ledger
        .available(Accounts.cash(customerId, currency))
        .equals(ledger.balance(Accounts.cash(customerId, currency)))) {
      throw new NotAllowed("cash-held", "some of the cash is held for something; free it first");
    }
  }

  private Amount forfeit(UUID customerId, Currency currency) {
    Amount credit = ledger.balance(Accounts.voucher(customerId, currency));
    if (credit.isPositive()) {
      ledger.require(
          Transfer.builder(
                  ChargeOutcomes.derivedId("forfeit", customerId + "/" + clock.instant()),
                  "voucher-forfeited")
              .debit(Accounts.voucher(customerId, currency), credit)
              .credit(Accounts.promotion(currency), credit)
              .build());
    }
    return credit;
  }
}
