package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.CopyRows;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.json.JsonWriter;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.time.Interval;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes issued invoices, however many, with one statement for them and one for their lines. */
final class InvoiceWriter {
  private static final String COPY_LINES =
      "copy @.invoice_line (customer_id, invoice_id, position, subscription_id, product_code,"
          + " component, description, from_at, to_at, quantity, unit, unit_price, amount, net,"
          + " tax_group, explanation) from stdin with (format binary)";
  private static final String COPY_INVOICES =
      "copy @.invoice (customer_id, id, kind, status, currency, series_number, number,"
          + " period_index, period_from, period_to, due_at, net, tax, total, open, settled,"
          + " tax_groups, buyer, corrects, note, seller_code, seller_version, series_year,"
          + " issued_at, run_id, content_hash) from stdin with (format binary)";

  private static final int LINE_COLUMNS = 16;
  private static final int INVOICE_COLUMNS = 26;

  private final Database db;
  private final ObjectMapper json;
  private final Sellers sellers;

  InvoiceWriter(Database db, ObjectMapper json, Sellers sellers) {
    this.db = db;
    this.json = json;
    this.sellers = sellers;
  }

  /** Does what needs no number: writes the lines, and computes all that is written later. */
  List<ReadyInvoice> begin(Handle handle, List<PreparedInvoice> invoices) {
    insertLines(handle, invoices);
    ContentHash content = new ContentHash();
    List<ReadyInvoice> ready = new ArrayList<>(invoices.size());
    try (JsonWriter documents = new JsonWriter(json)) {
      for (PreparedInvoice invoice : invoices) {
        ready.add(
            new ReadyInvoice(
                invoice,
                content.rest(invoice.issued(sellers.current(), "")),
                documents.write(invoice.groups()),
                documents.write(invoice.buyer())));
      }
    }
    return ready;
  }

  private void insertLines(Handle handle, List<PreparedInvoice> invoices) {
    try (CopyRows rows = new CopyRows(handle.getConnection(), db.sql(COPY_LINES), LINE_COLUMNS)) {
      for (PreparedInvoice invoice : invoices) {
        for (int i = 0; i < invoice.draft().lines().size(); i++) {
          if (!invoice.isLeftOut(i)) {
            line(rows, invoice, i);
          }
        }
      }
      rows.finish();
    }
  }

  private static void line(CopyRows rows, PreparedInvoice invoice, int index) {
    InvoiceDraft draft = invoice.draft();
    DraftLine line = draft.lines().get(index);
    Interval interval = line.interval();
    rows.row()
        .id(draft.customerId())
        .id(draft.id())
        .int4(index + 1)
        .id(line.subscriptionId())
        .text(line.productCode())
        .text(line.component())
        .text(line.description())
        .instant(interval == null ? null : interval.from())
        .instant(interval == null ? null : interval.to())
        .decimal(line.quantity())
        .text(line.unit())
        .decimal(line.unitPrice())
        .int8(line.amount().minorUnits())
        .int8(invoice.lineNetMinor().get(index))
        .int4(invoice.lineGroups().get(index))
        .text(line.explanation());
  }

  /**
   * Writes the invoices.
   *
   * @param runId the billing run that issues them, or null
   */
  void insertInvoices(Handle handle, List<NumberedInvoice> invoices, @Nullable UUID runId) {
    Constants constants = new Constants(sellers.current().code(), sellers.currentVersion(), runId);
    try (CopyRows rows =
        new CopyRows(handle.getConnection(), db.sql(COPY_INVOICES), INVOICE_COLUMNS)) {
      for (NumberedInvoice numbered : invoices) {
        add(rows, numbered, constants);
      }
      rows.finish();
    }
  }

  /** What the invoices of one issue share. */
  private record Constants(String seller, int sellerVersion, @Nullable UUID runId) {}

  private void add(CopyRows rows, NumberedInvoice numbered, Constants constants) {
    PreparedInvoice invoice = numbered.invoice();
    InvoiceDraft draft = invoice.draft();
    BillingCalendar.Period period = draft.period();
    boolean owed = invoice.isOwed();
    rows.row()
        .id(draft.customerId())
        .id(draft.id())
        .text(draft.kind().name())
        .text((owed ? InvoiceStatus.OPEN : InvoiceStatus.PAID).name())
        .text(draft.currency().code())
        .int8(numbered.seriesNumber())
        .text(numbered.number())
        .int8(period == null ? null : period.index())
        .instant(period == null ? null : period.from())
        .instant(period == null ? null : period.to())
        .instant(invoice.dueAt())
        .int8(invoice.netMinor())
        .int8(invoice.taxMinor())
        .int8(invoice.totalMinor())
        .int8(owed ? invoice.totalMinor() : 0)
        .int8(owed ? 0 : invoice.totalMinor())
        .jsonb(numbered.ready().groups())
        .jsonb(numbered.ready().buyer())
        .id(invoice.corrects())
        .text(invoice.note())
        .text(constants.seller())
        .int4(constants.sellerVersion())
        .int4(numbered.year())
        .instant(invoice.issuedAt())
        .id(constants.runId())
        .bytea(HexFormat.of().parseHex(numbered.hash()));
  }
}
