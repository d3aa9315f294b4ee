package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.invoice.InvoicePayment;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Books money that a provider took from us again, by a dispute or a refund we did not ask for. What
 * it had paid is open again: first the payment's own invoice, then cash that is left, then invoices
 * that were paid from cash, the newest first. What none of them covers is written off, until money
 * comes back.
 */
final class TakeBack {
  private final Ledger ledger;
  private final Invoices invoices;
  private final Clock clock;

  TakeBack(PaymentCore core) {
    this.ledger = core.ledger();
    this.invoices = core.invoices();
    this.clock = core.clock();
  }

  /**
   * @param transferId derived from what took it, so that it happens once
   * @param kind of the transfer
   */
  void book(Handle handle, UUID transferId, String kind, Payment payment, Amount amount) {
    Currency currency = amount.currency();
    UUID customer = payment.customerId();
    List<InvoicePayment> reopened = new ArrayList<>();
    Amount left = amount;
    UUID ownInvoice = payment.invoiceId();
    if (ownInvoice != null) {
      left = reopen(paidBy(handle, payment, PaymentSource.CARD, ownInvoice), left, reopened);
    }
    Amount fromCash =
        ledger.available(Accounts.cash(customer, currency)).max(Amount.zero(currency)).min(left);
    left = left.minus(fromCash);
    left = reopen(paidBy(handle, payment, PaymentSource.CASH, null), left, reopened);
    Transfer.Builder transfer =
        Transfer.builder(transferId, kind)
            .credit(Accounts.gateway(payment.provider(), currency), amount)
            .meta("payment", payment.id().toString());
    Amount toReceivable = amount.minus(fromCash).minus(left);
    if (toReceivable.isPositive()) {
      transfer.debit(Accounts.receivable(customer, currency), toReceivable);
    }
    if (fromCash.isPositive()) {
      transfer.debit(Accounts.cash(customer, currency), fromCash);
    }
    if (left.isPositive()) {
      transfer.debit(Accounts.writeoff(currency), left);
      insertLoss(handle, customer, transferId, left);
    }
    ledger.require(transfer.build());
    invoices.reopen(reopened);
  }

  private void insertLoss(Handle handle, UUID customerId, UUID transferId, Amount amount) {
    handle
        .createUpdate(
            "insert into @.taken_back_loss (customer_id, transfer_id, amount_minor, currency,"
                + " written_off_at) values (:c, :transfer, :amount, :currency, :now)")
        .bind("c", customerId)
        .bind("transfer", transferId)
        .bind("amount", amount.minorUnits())
        .bind("currency", amount.currency().code())
        .bind("now", at(clock.instant()))
        .execute();
  }

  /**
   * Credits money that is the customer's again. Had it never left, less would have been written off
   * since: that is made good first, and only the rest is cash.
   *
   * @param transfer gets the credits
   * @param goneAt when the money left; what was written off before stays so
   */
  void giveBack(
      Handle handle, Transfer.Builder transfer, UUID customerId, Amount amount, Instant goneAt) {
    Amount left = amount;
    for (Loss loss : losses(handle, customerId, amount.currency(), goneAt)) {
      Amount part = loss.amount().min(left);
      if (part.isPositive()) {
        handle
            .createUpdate(
                "update @.taken_back_loss set amount_minor = amount_minor - :part"
                    + " where customer_id = :c and transfer_id = :transfer")
            .bind("part", part.minorUnits())
            .bind("c", customerId)
            .bind("transfer", loss.transferId())
            .execute();
        left = left.minus(part);
      }
    }
    Amount madeGood = amount.minus(left);
    if (madeGood.isPositive()) {
      transfer.credit(Accounts.writeoff(amount.currency()), madeGood);
    }
    if (left.isPositive()) {
      transfer.credit(Accounts.cash(customerId, amount.currency()), left);
    }
  }

  private record Loss(UUID transferId, Amount amount) {}

  /** The first that were written off come first. */
  private static List<Loss> losses(
      Handle handle, UUID customerId, Currency currency, Instant since) {
    return handle
        .createQuery(
            "select transfer_id, amount_minor from @.taken_back_loss where customer_id = :c"
                + " and currency = :currency and written_off_at >= :since and amount_minor > 0"
                + " order by written_off_at, transfer_id")
        .bind("c", customerId)
        .bind("currency", currency.code())
        .bind("since", at(since))
        .map(
            (row, context) ->
                new Loss(
                    row.getObject("transfer_id", UUID.class),
                    Amount.ofMinor(row.getLong("amount_minor"), currency)))
        .list();
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static Amount reopen(
      List<InvoicePayment> paid, Amount left, List<InvoicePayment> reopened) {
    Amount rest = left;
    for (InvoicePayment payment : paid) {
      Amount part = payment.amount().min(rest);
      if (part.isPositive()) {
        reopened.add(
            new InvoicePayment(payment.customerId(), payment.invoiceId(), part, payment.source()));
        rest = rest.minus(part);
      }
    }
    return rest;
  }

  /** What is still settled by the source, by invoice, the newest first. */
  private static List<InvoicePayment> paidBy(
      Handle handle,
      Payment payment,
      PaymentSource source,
      @org.jspecify.annotations.Nullable UUID invoiceId) {
    Currency currency = payment.amount().currency();
    return handle
        .createQuery(
            "select i.id, least(i.settled, sum(p.amount)) from @.invoice i"
                + " join @.invoice_payment p"
                + "  on p.customer_id = i.customer_id and p.invoice_id = i.id"
                + " where i.customer_id = :c and p.source = :source and i.currency = :currency"
                + " and i.status in ('OPEN', 'PAID') and i.kind <> 'CREDIT_NOTE'"
                + " and (cast(:invoice as uuid) is null or i.id = cast(:invoice as uuid))"
                + " group by i.customer_id, i.id having least(i.settled, sum(p.amount)) > 0"
                + " order by i.id desc limit 1000")
        .bind("c", payment.customerId())
        .bind("source", source.name())
        .bind("currency", currency.code())
        .bind("invoice", invoiceId)
        .map(
            (row, context) ->
                new InvoicePayment(
                    payment.customerId(),
                    row.getObject(1, UUID.class),
                    Amount.ofMinor(row.getLong(2), currency),
                    source))
        .list();
  }
}
