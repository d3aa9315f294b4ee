package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoicePayment;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Hold;
import dev.innkeeper.billing.ledger.HoldStatus;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.PostResult;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Keeps a customer's cash back for something that is about to be invoiced: settling, refunds and
 * prepaid services leave it alone until it is used, freed, or over. Voucher credit can't be held.
 * Thread-safe.
 */
public final class WalletHolds {
  private static final Duration TIME_MAX = Duration.ofDays(366);

  private final Database db;
  private final Commands commands;
  private final Ids ids;
  private final Clock clock;
  private final Ledger ledger;
  private final Customers customers;
  private final Invoices invoices;
  private final Settlement settlement;

  WalletHolds(PaymentCore core, Settlement settlement) {
    this.db = core.db();
    this.commands = core.commands();
    this.ids = core.ids();
    this.clock = core.clock();
    this.ledger = core.ledger();
    this.customers = core.customers();
    this.invoices = core.invoices();
    this.settlement = settlement;
  }

  /**
   * Holds cash.
   *
   * @param amount above zero, in any currency the wallet holds
   * @param expiresAt after now, at most 366 days
   * @param key a repeat with the same key and content finds the first hold
   * @throws InvalidInput when the amount or the time makes no sense
   * @throws NotFound when there is no such customer
   * @throws NotAllowed with code {@code insufficient-funds} when less is free
   */
  public WalletHold hold(UUID customerId, Amount amount, Instant expiresAt, String key) {
    Instant now = clock.instant();
    if (!amount.isPositive()) {
      throw new InvalidInput("amount", "must be above zero");
    }
    record Request(Amount amount, Instant expiresAt) {}
    UUID id =
        commands.once(
            customerId,
            "wallet.hold:" + key,
            new Request(amount, expiresAt),
            UUID.class,
            () -> {
              if (!expiresAt.isAfter(now) || expiresAt.isAfter(now.plus(TIME_MAX))) {
                throw new InvalidInput("expiresAt", "must be after now, within 366 days");
              }
              return db.tx(
                  handle -> {
                    customers.lock(customerId);
                    UUID made = ids.next();
                    required(
                        ledger.reserve(
                            new Hold(
                                made,
                                Accounts.cash(customerId, amount.currency()),
                                amount,
                                expiresAt)));
                    return made;
                  });
            });
    return get(customerId, id);
  }

  private static void required(PostResult result) {
    if (result instanceof PostResult.Refused refused) {
      throw new NotAllowed(refused.reason().code(), refused.message());
    }
    if (!result.isPosted()) {
      throw new IllegalStateException("the ledger knows another request of this id");
    }
  }

  /**
   * Pays an invoice from a hold: as much as is open and held. The rest stays held.
   *
   * @param key a repeat with the same key and content does not pay again
   * @return the invoice as it is then
   * @throws NotFound when the customer has no such hold or invoice
   * @throws NotAllowed with code {@code invoice-not-open}, or {@code hold-not-open} when nothing is
   *     held any more
   */
  public Invoice pay(UUID customerId, UUID holdId, UUID invoiceId, String key) {
    record Request(UUID holdId, UUID invoiceId) {}
    UUID unused =
        commands.once(
            customerId,
            "wallet.hold.pay:" + key,
            new Request(holdId, invoiceId),
            UUID.class,
            () ->
                db.tx(
                    handle -> {
                      customers.lock(customerId);
                      return capture(customerId, get(customerId, holdId), invoiceId);
                    }));
    return invoices.get(customerId, invoiceId);
  }

  private UUID capture(UUID customerId, WalletHold hold, UUID invoiceId) {
    Invoice invoice = invoices.get(customerId, invoiceId);
    if (invoice.status() != InvoiceStatus.OPEN
        || !invoice.currency().equals(hold.amount().currency())) {
      throw new NotAllowed(
          "invoice-not-open", "the invoice is not open in " + hold.amount().currency());
    }
    Amount part = invoice.open().min(hold.remaining());
    if (!part.isPositive()) {
      throw new NotAllowed("hold-not-open", "nothing is held any more: it was used or freed");
    }
    UUID id = ids.next();
    required(
        ledger.capture(
            hold.id(),
            Transfer.builder(id, "settlement")
                .debit(Accounts.cash(customerId, part.currency()), part)
                .credit(Accounts.receivable(customerId, part.currency()), part)
                .meta("invoice", invoiceId.toString())
                .build()));
    invoices.settle(List.of(new InvoicePayment(customerId, invoiceId, part, PaymentSource.CASH)));
    settlement.settle(customerId);
    return id;
  }

  /**
   * Frees what is left of a hold, and settles with it what is open. Freeing twice does nothing
   * more.
   *
   * @throws NotFound when the customer has no such hold
   */
  public WalletHold release(UUID customerId, UUID holdId) {
    db.run(
        handle -> {
          customers.lock(customerId);
          if (get(customerId, holdId).remaining().isPositive()) {
            required(ledger.release(holdId, ids.next()));
            settlement.settle(customerId);
          }
        });
    return get(customerId, holdId);
  }

  /**
   * @throws NotFound when the customer has no such hold
   */
  public WalletHold get(UUID customerId, UUID holdId) {
    HoldStatus status =
        ledger
            .hold(holdId)
            .filter(h -> h.hold().account().owner().equals(customerId))
            .orElseThrow(() -> new NotFound("hold", holdId.toString()));
    return new WalletHold(
        customerId, holdId, status.hold().amount(), status.remaining(), status.hold().expiresAt());
  }
}
