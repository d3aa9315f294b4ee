package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.invoice.InvoicePayment;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Books money that a provider took from us again, by a dispute or a refund we did not ask for. What
 * it had paid is open again: first the payment's own invoice, then cash that is left, then invoices
 * that were paid from cash, the newest first. What none of them covers is written off.
 */
final class TakeBack {
  private final Ledger ledger;
  private final Invoices invoices;

  TakeBack(PaymentCore core) {
    this.ledger = core.ledger();
    this.invoices = core.invoices();
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
    }
    ledger.require(transfer.build());
    invoices.reopen(reopened);
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
