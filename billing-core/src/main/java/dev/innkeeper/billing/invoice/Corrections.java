package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.ledger.AccountId;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Takes issued invoices back, in part or as a whole, and gives up on them. */
final class Corrections {
  private static final int REASON_LENGTH_MAX = 500;

  private final Services services;

  /** The services that corrections need. */
  record Services(
      Database db,
      Commands commands,
      EventLog events,
      Ledger ledger,
      InvoiceReader reader,
      Issuer issuer,
      InvoiceSettings settings,
      dev.innkeeper.billing.customer.Customers customers,
      Ids ids,
      Clock clock) {}

  /** Where the credited sum goes, in minor units. */
  private record Destinations(long receivable, long cash, long voucher) {
    long givenBack() {
      return Math.addExact(cash, voucher);
    }
  }

  Corrections(Services services) {
    this.services = services;
  }

  UUID creditNote(NewCreditNote wanted, String idempotencyKey) {
    requireReason(wanted.reason());
    return services
        .commands()
        .once(
            wanted.customerId(),
            "invoice.credit:" + idempotencyKey,
            wanted,
            UUID.class,
            () -> services.db().tx(handle -> credit(handle, wanted)));
  }

  private UUID credit(Handle handle, NewCreditNote wanted) {
    Invoice invoice = creditable(handle, wanted);
    PreparedInvoice note =
        prepared(
            invoice,
            CreditCalculation.of(invoice, creditedBefore(handle, invoice), wanted.amounts()),
            wanted.reason());
    long leftMinor = invoice.total().minus(invoice.credited()).minorUnits();
    if (note.totalMinor() <= 0) {
      throw new NotAllowed("nothing-to-credit", "nothing is left to take back of this invoice");
    }
    if (note.totalMinor() > leftMinor) {
      throw new NotAllowed(
          "credit-exceeds-invoice",
          "of this invoice "
              + Amount.ofMinor(leftMinor, invoice.currency())
              + " is left to take back, discounts considered");
    }
    issue(handle, invoice, note, destinations(handle, invoice, note.totalMinor()));
    return note.draft().id();
  }

  /**
   * Takes back the amounts, or less of them where earlier credit notes and discounts leave less.
   *
   * @param wanted of positive lines, with amounts
   * @return the credit note and its total; empty when nothing is left to take back
   */
  Map<UUID, Amount> creditAtMost(Handle handle, NewCreditNote wanted) {
    Invoice invoice = creditable(handle, wanted);
    Optional<PreparedInvoice> found = atMost(invoice, creditedBefore(handle, invoice), wanted);
    if (found.isEmpty()) {
      return Map.of();
    }
    PreparedInvoice note = found.get();
    issue(handle, invoice, note, destinations(handle, invoice, note.totalMinor()));
    return Map.of(note.draft().id(), Amount.ofMinor(note.totalMinor(), invoice.currency()));
  }

  /**
   * What {@link #creditAtMost} would issue; writes nothing.
   *
   * @param toBeIssued the invoice, when it is none yet; else null
   */
  Optional<PreparedInvoice> showAtMost(
      Handle handle, @Nullable PreparedInvoice toBeIssued, NewCreditNote wanted) {
    if (toBeIssued != null) {
      return atMost(toBeIssued.asDraft(services.settings().seller()), Map.of(), wanted);
    }
    Invoice invoice = services.reader().one(handle, wanted.customerId(), wanted.invoiceId());
    return atMost(invoice, creditedBefore(handle, invoice), wanted);
  }

  private Optional<PreparedInvoice> atMost(
      Invoice invoice, Map<Integer, Long> before, NewCreditNote wanted) {
    long leftMinor = invoice.total().minus(invoice.credited()).minorUnits();
    Map<Integer, Amount> amounts = new TreeMap<>();
    for (InvoiceLine line : invoice.lines()) {
      Amount amount = wanted.amounts().get(line.position());
      if (amount != null) {
        long taken = before.getOrDefault(line.position(), 0L);
        Amount left = line.amount().minus(Amount.ofMinor(taken, invoice.currency()));
        amounts.put(line.position(), amount.min(left));
      }
    }
    amounts.values().removeIf(amount -> !amount.isPositive());
    while (!amounts.isEmpty()) {
      PreparedInvoice note =
          prepared(invoice, CreditCalculation.of(invoice, before, amounts), wanted.reason());
      if (note.totalMinor() <= leftMinor) {
        return Optional.of(note);
      }
      amounts.replaceAll((position, amount) -> scaled(amount, leftMinor, note.totalMinor()));
      amounts.values().removeIf(amount -> !amount.isPositive());
    }
    return Optional.empty();
  }

  /** The amount × part / whole, rounded down, and smaller in any case. */
  private static Amount scaled(Amount amount, long part, long whole) {
    long minor =
        BigInteger.valueOf(amount.minorUnits())
            .multiply(BigInteger.valueOf(part))
            .divide(BigInteger.valueOf(whole))
            .longValueExact();
    return Amount.ofMinor(Math.min(minor, amount.minorUnits() - 1), amount.currency());
  }

  private Invoice creditable(Handle handle, NewCreditNote wanted) {
    Invoice invoice = locked(handle, wanted.customerId(), wanted.invoiceId());
    boolean creditable =
        invoice.kind() != InvoiceKind.CREDIT_NOTE
            && (invoice.status() == InvoiceStatus.OPEN || invoice.status() == InvoiceStatus.PAID);
    if (!creditable) {
      throw new NotAllowed(
          "invoice-not-creditable",
          "only an open or paid invoice can be taken back; this is " + described(invoice));
    }
    return invoice;
  }

  private Invoice locked(Handle handle, UUID customerId, UUID invoiceId) {
    services.customers().lock(customerId);
    boolean found =
        handle
            .createQuery(
                "select 1 from @.invoice where customer_id = :customer and id = :id"
                    + " for no key update")
            .bind("customer", customerId)
            .bind("id", invoiceId)
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
    if (!found) {
      throw new NotFound("invoice", invoiceId.toString());
    }
    return services.reader().one(handle, customerId, invoiceId);
  }

  /** What credit notes took of each line so far; their lines carry the invoice's positions. */
  private static Map<Integer, Long> creditedBefore(Handle handle, Invoice invoice) {
    Map<Integer, Long> credited = new HashMap<>();
    handle
        .createQuery(
            "select l.position, sum(l.amount) from @.invoice n"
                + " join @.invoice_line l on l.customer_id = n.customer_id and l.invoice_id = n.id"
                + " where n.customer_id = :customer and n.corrects = :invoice group by l.position")
        .bind("customer", invoice.customerId())
        .bind("invoice", invoice.id())
        .map((row, context) -> credited.put(row.getInt(1), row.getLong(2)))
        .list();
    return credited;
  }

  private PreparedInvoice prepared(Invoice invoice, CreditCalculation calculation, String reason) {
    List<DraftLine> lines = new ArrayList<>();
    List<Integer> groupIndexes = new ArrayList<>();
    for (int i = 0; i < invoice.lines().size(); i++) {
      InvoiceLine line = invoice.lines().get(i);
      Amount amount = Amount.ofMinor(calculation.amounts().get(i), invoice.currency());
      boolean whole = amount.equals(line.amount());
      lines.add(
          new DraftLine(
              line.subscriptionId(),
              line.productCode(),
              line.component(),
              line.description(),
              line.interval(),
              whole ? line.quantity() : BigDecimal.ONE,
              whole ? line.unit() : "piece",
              whole ? line.unitPrice() : amount.toDecimal(),
              amount,
              "",
              ""));
      groupIndexes.add(groupIndex(calculation, line));
    }
    Instant now = services.clock().instant();
    return new PreparedInvoice(
        new InvoiceDraft(
            services.ids().next(),
            invoice.customerId(),
            InvoiceKind.CREDIT_NOTE,
            invoice.currency(),
            null,
            lines),
        invoice.buyer(),
        calculation.taxed().netMinor(),
        groupIndexes,
        calculation.taxed().groups(),
        calculation.taxed().totalNetMinor(),
        calculation.taxed().totalTaxMinor(),
        now,
        now,
        invoice.id(),
        reason);
  }

  private static int groupIndex(CreditCalculation calculation, InvoiceLine line) {
    for (int i = 0; i < calculation.taxed().groups().size(); i++) {
      if (calculation.taxed().groups().get(i).treatment().equals(line.tax())) {
        return i;
      }
    }
    throw new IllegalStateException("a line is of no tax group");
  }

  /**
   * First what is still open is no longer owed; then what was paid goes back: money to cash, and
   * what a voucher paid to the voucher, for promotional credit never becomes cash.
   */
  private static Destinations destinations(Handle handle, Invoice invoice, long totalMinor) {
    long open = Math.min(invoice.open().minorUnits(), totalMinor);
    long rest = totalMinor - open;
    long money =
        handle
            .createQuery(
                "select coalesce(sum(amount), 0) from @.invoice_payment where customer_id = :customer"
                    + " and invoice_id = :invoice and source <> 'VOUCHER'")
            .bind("customer", invoice.customerId())
            .bind("invoice", invoice.id())
            .mapTo(Long.class)
            .one();
    long cash = Math.min(rest, money);
    return new Destinations(open, cash, rest - cash);
  }

  private void issue(Handle handle, Invoice invoice, PreparedInvoice note, Destinations to) {
    Currency currency = invoice.currency();
    UUID customer = invoice.customerId();
    Map<AccountId, Long> credits = new LinkedHashMap<>();
    Bookings.earned(note).forEach((account, minor) -> credits.put(account, -minor));
    credits.put(Accounts.receivable(customer, currency), to.receivable());
    credits.put(Accounts.cash(customer, currency), to.cash());
    credits.put(Accounts.voucher(customer, currency), to.voucher());
    List<Transfer> transfers = Bookings.document(note, "credit-note", credits).stream().toList();
    String number =
        services
            .issuer()
            .write(handle, Series.CREDIT_NOTES, List.of(note), transfers, null)
            .get(0)
            .number();
    update(handle, invoice, note, to);
    Amount total = Amount.ofMinor(note.totalMinor(), currency);
    services
        .events()
        .append(
            List.of(
                new InvoiceIssued(
                    customer,
                    note.draft().id(),
                    number,
                    InvoiceKind.CREDIT_NOTE.name(),
                    total,
                    note.dueAt()),
                new InvoiceCredited(
                    customer,
                    invoice.id(),
                    number(invoice),
                    note.draft().id(),
                    number,
                    total,
                    invoice.open().minus(Amount.ofMinor(to.receivable(), currency)))));
  }

  private void update(Handle handle, Invoice invoice, PreparedInvoice note, Destinations to) {
    handle
        .createUpdate(
            "update @.invoice set open = open - :receivable, settled = settled - :back,"
                + " credited = credited + :total,"
                + " status = case when open = :receivable then 'PAID' else status end,"
                + " closed_at = case when open = :receivable then coalesce(closed_at, :now) end"
                + " where customer_id = :customer and id = :id")
        .bind("receivable", to.receivable())
        .bind("back", to.givenBack())
        .bind("total", note.totalMinor())
        .bind("now", note.issuedAt().atOffset(ZoneOffset.UTC))
        .bind("customer", invoice.customerId())
        .bind("id", invoice.id())
        .execute();
    giveBack(handle, invoice, PaymentSource.CASH, to.cash(), note.issuedAt());
    giveBack(handle, invoice, PaymentSource.VOUCHER, to.voucher(), note.issuedAt());
  }

  private void giveBack(
      Handle handle, Invoice invoice, PaymentSource source, long minorUnits, Instant at) {
    if (minorUnits == 0) {
      return;
    }
    handle
        .createUpdate(
            "insert into @.invoice_payment (customer_id, invoice_id, id, source, amount, paid_at)"
                + " values (:customer, :invoice, :id, :source, :amount, :now)")
        .bind("customer", invoice.customerId())
        .bind("invoice", invoice.id())
        .bind("id", services.ids().next())
        .bind("source", source.name())
        .bind("amount", -minorUnits)
        .bind("now", at.atOffset(ZoneOffset.UTC))
        .execute();
  }

  Invoice voidInvoice(UUID customerId, UUID invoiceId, String reason) {
    requireReason(reason);
    return services.db().tx(handle -> doVoid(handle, customerId, invoiceId, reason));
  }

  private Invoice doVoid(Handle handle, UUID customerId, UUID invoiceId, String reason) {
    Invoice invoice = locked(handle, customerId, invoiceId);
    if (invoice.status() == InvoiceStatus.VOID) {
      return invoice;
    }
    boolean untouched =
        invoice.status() == InvoiceStatus.OPEN && invoice.open().equals(invoice.total());
    if (!untouched) {
      throw new NotAllowed(
          "invoice-not-voidable",
          "only an open invoice on which nothing was paid or credited can be voided; this is "
              + described(invoice)
              + ": issue a credit note instead");
    }
    Map<AccountId, Long> credits = new LinkedHashMap<>();
    Bookings.earned(invoice).forEach((account, minor) -> credits.put(account, -minor));
    credits.put(Accounts.receivable(customerId, invoice.currency()), invoice.total().minorUnits());
    book(invoice, "invoice-void", credits);
    close(handle, invoice, InvoiceStatus.VOID, "credited", reason);
    services
        .events()
        .append(new InvoiceVoided(customerId, invoiceId, number(invoice), invoice.total()));
    return services.reader().one(handle, customerId, invoiceId);
  }

  Invoice giveUp(UUID customerId, UUID invoiceId, String reason) {
    requireReason(reason);
    return services
        .db()
        .tx(
            handle -> {
              Invoice invoice = locked(handle, customerId, invoiceId);
              if (invoice.status() == InvoiceStatus.UNCOLLECTIBLE) {
                return invoice;
              }
              if (invoice.status() != InvoiceStatus.OPEN) {
                throw new NotAllowed(
                    "invoice-not-open",
                    "only an open invoice can be given up; this is " + described(invoice));
              }
              Map<AccountId, Long> credits = new LinkedHashMap<>();
              long open = invoice.open().minorUnits();
              credits.put(Accounts.writeoff(invoice.currency()), -open);
              credits.put(Accounts.receivable(customerId, invoice.currency()), open);
              book(invoice, "write-off", credits);
              close(handle, invoice, InvoiceStatus.UNCOLLECTIBLE, "written_off", reason);
              services
                  .events()
                  .append(
                      new InvoiceUncollectible(
                          customerId, invoiceId, number(invoice), invoice.open()));
              return services.reader().one(handle, customerId, invoiceId);
            });
  }

  /** The opposite of {@link #giveUp}: what was written off is owed again. */
  Invoice reinstate(UUID customerId, UUID invoiceId, String reason) {
    requireReason(reason);
    return services
        .db()
        .tx(
            handle -> {
              Invoice invoice = locked(handle, customerId, invoiceId);
              if (invoice.status() != InvoiceStatus.UNCOLLECTIBLE) {
                throw new NotAllowed(
                    "invoice-not-written-off",
                    "only what was given up can be taken up again; this is " + described(invoice));
              }
              Map<AccountId, Long> credits = new LinkedHashMap<>();
              long writtenOff = invoice.writtenOff().minorUnits();
              credits.put(Accounts.writeoff(invoice.currency()), writtenOff);
              credits.put(Accounts.receivable(customerId, invoice.currency()), -writtenOff);
              book(invoice, "write-off-reversal", credits);
              handle
                  .createUpdate(
                      "update @.invoice set status = 'OPEN', open = written_off, written_off = 0,"
                          + " closed_at = null, closed_reason = :reason"
                          + " where customer_id = :customer and id = :id")
                  .bind("reason", reason)
                  .bind("customer", customerId)
                  .bind("id", invoiceId)
                  .execute();
              services
                  .events()
                  .append(new InvoiceReopened(customerId, invoiceId, invoice.writtenOff()));
              return services.reader().one(handle, customerId, invoiceId);
            });
  }

  private void book(Invoice invoice, String kind, Map<AccountId, Long> credits) {
    Bookings.transfer(
            services.ids().next(), kind, credits, number(invoice), services.clock().instant())
        .ifPresent(services.ledger()::require);
  }

  /**
   * Moves what is open to another sum.
   *
   * @param column {@code credited} or {@code written_off}
   */
  private void close(
      Handle handle, Invoice invoice, InvoiceStatus status, String column, String reason) {
    handle
        .createUpdate(
            "update @.invoice set status = :status, closed_at = :now, closed_reason = :reason, "
                + column
                + " = "
                + column
                + " + open, open = 0 where customer_id = :customer and id = :id")
        .bind("status", status.name())
        .bind("now", services.clock().instant().atOffset(ZoneOffset.UTC))
        .bind("reason", reason)
        .bind("customer", invoice.customerId())
        .bind("id", invoice.id())
        .execute();
  }

  private static String number(Invoice invoice) {
    String number = invoice.number();
    if (number == null) {
      throw new IllegalStateException("an issued invoice has a number");
    }
    return number;
  }

  private static String described(Invoice invoice) {
    return invoice.kind() == InvoiceKind.CREDIT_NOTE
        ? "a credit note"
        : invoice.status().name().toLowerCase(java.util.Locale.ROOT);
  }

  private static void requireReason(String reason) {
    if (reason.isBlank() || reason.length() > REASON_LENGTH_MAX) {
      throw new InvalidInput("reason", "must have 1 to " + REASON_LENGTH_MAX + " characters");
    }
  }
}
