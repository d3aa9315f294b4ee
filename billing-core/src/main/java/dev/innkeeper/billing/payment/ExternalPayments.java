package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.OwnedRows;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoicePayment;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Records money that came another way than by a payment provider: a bank transfer, cash at the
 * counter. It pays its invoice, or what is open, and what that does not need stays in the wallet.
 * Thread-safe.
 */
public final class ExternalPayments {
  private static final int PAGE_MAX = 500;
  private static final OwnedRows<ExternalPayment> ROWS =
      new OwnedRows<>(
          "@.external_payment",
          "customer_id, id, channel, reference, amount_minor, currency, invoice_id, invoice_minor,"
              + " received_at, recorded_by, recorded_at",
          (row, context) -> payment(row));

  private final PaymentCore core;
  private final Providers providers;
  private final Settlement settlement;

  ExternalPayments(PaymentCore core, Providers providers, Settlement settlement) {
    this.core = core;
    this.providers = providers;
    this.settlement = settlement;
  }

  /**
   * Records a payment and settles with it what is open; what was suspended for want of it resumes.
   *
   * @param actor who records it
   * @param key a repeat with the same key and content finds the first record
   * @throws InvalidInput naming every field at fault
   * @throws NotFound when there is no such customer, or the customer has no such invoice
   * @throws NotAllowed with code {@code invoice-not-open} when the invoice is paid or void
   * @throws Conflict with code {@code payment-recorded} when the reference is recorded already
   */
  public ExternalPayment record(
      UUID customerId, NewExternalPayment wanted, String actor, String key) {
    validate(customerId, wanted);
    UUID id =
        core.commands()
            .once(
                customerId,
                "external-payment:" + key,
                wanted,
                UUID.class,
                () -> core.db().tx(handle -> book(handle, customerId, wanted, actor)));
    if (!core.db().inTransaction()) {
      // The wallet's part is settled already; cards are charged outside the transaction.
      settlement.settle(customerId);
    }
    return get(customerId, id);
  }

  private void validate(UUID customerId, NewExternalPayment wanted) {
    Currency currency = core.customers().get(customerId).currency();
    List<Violation> violations = new ArrayList<>();
    if (!wanted.amount().currency().equals(currency) || !wanted.amount().isPositive()) {
      violations.add(new Violation("amount", "must be above zero, in " + currency));
    }
    if (!wanted.channel().matches("[a-z][a-z0-9-]{0,39}") || providers.has(wanted.channel())) {
      violations.add(
          new Violation(
              "channel", "must be a lower-case word such as bank, no payment provider's"));
    }
    if (wanted.reference().isBlank() || wanted.reference().length() > 200) {
      violations.add(new Violation("reference", "must have 1 to 200 characters"));
    }
    if (wanted.receivedAt().isAfter(core.clock().instant())) {
      violations.add(new Violation("receivedAt", "must not be in the future"));
    }
    if (!violations.isEmpty()) {
      throw new InvalidInput(violations);
    }
  }

  private UUID book(Handle handle, UUID customerId, NewExternalPayment wanted, String actor) {
    core.customers().lock(customerId);
    Amount amount = wanted.amount();
    UUID invoiceId = wanted.invoiceId();
    Amount toInvoice =
        invoiceId == null
            ? Amount.zero(amount.currency())
            : open(customerId, invoiceId, amount.currency()).min(amount);
    UUID id = core.ids().next();
    insert(handle, new Row(customerId, id, wanted, toInvoice), actor);
    Transfer.Builder transfer =
        Transfer.builder(id, "external-payment")
            .debit(Accounts.gateway(wanted.channel(), amount.currency()), amount)
            .effectiveAt(wanted.receivedAt())
            .meta("reference", wanted.reference());
    Amount toCash = amount.minus(toInvoice);
    if (toCash.isPositive()) {
      transfer.credit(Accounts.cash(customerId, amount.currency()), toCash);
    }
    if (toInvoice.isPositive()) {
      transfer.credit(Accounts.receivable(customerId, amount.currency()), toInvoice);
    }
    core.ledger().require(transfer.build());
    if (invoiceId != null) {
      core.invoices()
          .settle(
              List.of(
                  new InvoicePayment(customerId, invoiceId, toInvoice, PaymentSource.EXTERNAL)));
    }
    core.events()
        .append(
            new ExternalPaymentRecorded(
                customerId, id, wanted.channel(), wanted.reference(), amount, invoiceId));
    settlement.settle(customerId);
    return id;
  }

  private Amount open(UUID customerId, UUID invoiceId, Currency currency) {
    Invoice invoice = core.invoices().get(customerId, invoiceId);
    if (invoice.status() != InvoiceStatus.OPEN || !invoice.currency().equals(currency)) {
      throw new NotAllowed(
          "invoice-not-open",
          "invoice "
              + invoice.number()
              + " is not open in "
              + currency
              + ": record the payment without an invoice, and it goes to the wallet");
    }
    return invoice.open();
  }

  private record Row(UUID customerId, UUID id, NewExternalPayment wanted, Amount toInvoice) {}

  private void insert(Handle handle, Row row, String actor) {
    NewExternalPayment wanted = row.wanted();
    int inserted =
        handle
            .createUpdate(
                "insert into @.external_payment (customer_id, id, channel, reference, amount_minor,"
                    + " currency, invoice_id, invoice_minor, received_at, recorded_by, recorded_at)"
                    + " values (:c, :id, :channel, :reference, :amount, :currency,"
                    + " cast(:invoice as uuid), :toInvoice, :received, :actor, :now)"
                    + " on conflict (channel, reference) do nothing")
            .bind("c", row.customerId())
            .bind("id", row.id())
            .bind("channel", wanted.channel())
            .bind("reference", wanted.reference().strip())
            .bind("amount", wanted.amount().minorUnits())
            .bind("currency", wanted.amount().currency().code())
            .bind("invoice", wanted.invoiceId())
            .bind("toInvoice", row.toInvoice().minorUnits())
            .bind("received", wanted.receivedAt().atOffset(ZoneOffset.UTC))
            .bind("actor", actor)
            .bind("now", core.clock().instant().atOffset(ZoneOffset.UTC))
            .execute();
    if (inserted == 0) {
      throw new Conflict(
          "payment-recorded",
          wanted.reference() + " is recorded already; each transfer is recorded once");
    }
  }

  /**
   * @throws NotFound when the customer has no such payment
   */
  public ExternalPayment get(UUID customerId, UUID id) {
    return core.db()
        .tx(handle -> ROWS.find(handle, customerId, id))
        .orElseThrow(() -> new NotFound("external-payment", id.toString()));
  }

  /** The customer's, newest first, at most {@code limit} and 500. */
  public List<ExternalPayment> list(UUID customerId, int limit) {
    return core.db().tx(handle -> ROWS.newest(handle, customerId, Math.min(limit, PAGE_MAX)));
  }

  private static ExternalPayment payment(ResultSet row) throws SQLException {
    Currency currency = Currency.of(row.getString("currency"));
    return new ExternalPayment(
        row.getObject("customer_id", UUID.class),
        row.getObject("id", UUID.class),
        row.getString("channel"),
        row.getString("reference"),
        Amount.ofMinor(row.getLong("amount_minor"), currency),
        row.getObject("invoice_id", UUID.class),
        Amount.ofMinor(row.getLong("invoice_minor"), currency),
        SqlValues.instant(row, "received_at"),
        row.getString("recorded_by"),
        SqlValues.instant(row, "recorded_at"));
  }
}
