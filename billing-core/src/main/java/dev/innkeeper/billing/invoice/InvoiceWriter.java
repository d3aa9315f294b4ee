package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.time.Interval;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes issued invoices, however many, with one statement for them and one for their lines. */
final class InvoiceWriter {
  private static final String COPY_LINES =
      "copy @.invoice_line (customer_id, invoice_id, position, subscription_id, product_code,"
          + " component, description, from_at, to_at, quantity, unit, unit_price, amount, net,"
          + " tax_group, explanation) from stdin";
  private static final String COPY_INVOICES =
      "copy @.invoice (customer_id, id, kind, status, currency, series_number, number,"
          + " period_index, period_from, period_to, due_at, net, tax, total, open, settled,"
          + " tax_groups, buyer, corrects, note, seller_code, seller_version, series_year,"
          + " issued_at, run_id) from stdin";

  private final Database db;
  private final ObjectMapper json;
  private final Sellers sellers;

  InvoiceWriter(Database db, ObjectMapper json, Sellers sellers) {
    this.db = db;
    this.json = json;
    this.sellers = sellers;
  }

  /** Writes the lines: they need no number, so they come before anything that others wait for. */
  void insertLines(Handle handle, List<PreparedInvoice> invoices) {
    CopyRows rows = new CopyRows();
    for (PreparedInvoice invoice : invoices) {
      InvoiceDraft draft = invoice.draft();
      for (int i = 0; i < draft.lines().size(); i++) {
        DraftLine line = draft.lines().get(i);
        if (draft.kind() == InvoiceKind.CREDIT_NOTE
            && line.amount().isZero()
            && invoice.lineNetMinor().get(i) == 0) {
          // Not taken back. The others keep the positions of the invoice they correct.
          continue;
        }
        Interval interval = line.interval();
        rows.add(
            draft.customerId(),
            draft.id(),
            i + 1,
            line.subscriptionId(),
            line.productCode(),
            line.component(),
            line.description(),
            interval == null ? null : interval.from(),
            interval == null ? null : interval.to(),
            line.quantity(),
            line.unit(),
            line.unitPrice(),
            line.amount().minorUnits(),
            invoice.lineNetMinor().get(i),
            invoice.lineGroups().get(i),
            line.explanation());
      }
    }
    rows.execute(handle.getConnection(), db.sql(COPY_LINES));
  }

  /**
   * Writes the invoices.
   *
   * @param numbers a block of as many numbers as there are invoices
   * @param runId the billing run that issues them, or null
   */
  void insertInvoices(
      Handle handle,
      List<PreparedInvoice> invoices,
      Numbers.Block numbers,
      int sellerVersion,
      @Nullable UUID runId) {
    CopyRows rows = new CopyRows();
    Constants constants =
        new Constants(sellers.current().code(), sellerVersion, numbers.year(), runId);
    for (int i = 0; i < invoices.size(); i++) {
      add(rows, invoices.get(i), numbers.first() + i, numbers.number(i), constants);
    }
    rows.execute(handle.getConnection(), db.sql(COPY_INVOICES));
  }

  /** What the invoices of one issue share. */
  private record Constants(String seller, int sellerVersion, int year, @Nullable UUID runId) {}

  private void add(
      CopyRows rows,
      PreparedInvoice invoice,
      long seriesNumber,
      String number,
      Constants constants) {
    InvoiceDraft draft = invoice.draft();
    BillingCalendar.Period period = draft.period();
    boolean owed = draft.kind() != InvoiceKind.CREDIT_NOTE && invoice.totalMinor() > 0;
    rows.add(
        draft.customerId(),
        draft.id(),
        draft.kind().name(),
        (owed ? InvoiceStatus.OPEN : InvoiceStatus.PAID).name(),
        draft.currency().code(),
        seriesNumber,
        number,
        period == null ? null : period.index(),
        period == null ? null : period.from(),
        period == null ? null : period.to(),
        invoice.dueAt(),
        invoice.netMinor(),
        invoice.taxMinor(),
        invoice.totalMinor(),
        owed ? invoice.totalMinor() : 0,
        owed ? 0 : invoice.totalMinor(),
        BillingJson.write(json, invoice.groups()),
        BillingJson.write(json, invoice.buyer()),
        invoice.corrects(),
        invoice.note(),
        constants.seller(),
        constants.sellerVersion(),
        constants.year(),
        invoice.issuedAt(),
        constants.runId());
  }
}
