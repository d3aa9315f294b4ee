package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads invoices with their lines: two statements, however many they are. */
final class InvoiceReader {
  private static final String SELECT =
      "select i.customer_id, i.id, i.number, i.kind, i.status, i.currency, i.period_from,"
          + " i.period_to, i.issued_at, i.due_at, i.net, i.tax, i.total, i.open, i.settled,"
          + " i.credited, i.written_off, i.tax_groups, i.seller_code, i.seller_version, i.buyer,"
          + " i.corrects, i.note from @.invoice i ";

  private final ObjectMapper json;
  private final Sellers sellers;

  /** A line and the index of its tax group. */
  private record LineRow(
      UUID invoiceId,
      int position,
      @Nullable UUID subscriptionId,
      String productCode,
      String component,
      String description,
      @Nullable Interval interval,
      BigDecimal quantity,
      String unit,
      @Nullable BigDecimal unitPrice,
      long amount,
      long net,
      int taxGroup,
      String explanation) {}

  /** An invoice without what other tables hold. */
  private record Header(Invoice invoice, String sellerCode, int sellerVersion) {}

  InvoiceReader(ObjectMapper json, Sellers sellers) {
    this.json = json;
    this.sellers = sellers;
  }

  /** An invoice without lines, and with the current seller. */
  private Invoice header(ResultSet row) throws SQLException {
    Currency currency = Currency.of(row.getString("currency"));
    return new Invoice(
        row.getObject("id", UUID.class),
        row.getString("number"),
        row.getObject("customer_id", UUID.class),
        InvoiceKind.valueOf(row.getString("kind")),
        InvoiceStatus.valueOf(row.getString("status")),
        currency,
        interval(row, "period_from", "period_to"),
        SqlValues.instantOrNull(row, "issued_at"),
        SqlValues.instantOrNull(row, "due_at"),
        amount(row, "net", currency),
        amount(row, "tax", currency),
        amount(row, "total", currency),
        amount(row, "open", currency),
        amount(row, "settled", currency),
        amount(row, "credited", currency),
        amount(row, "written_off", currency),
        List.of(),
        List.of(BillingJson.read(json, row.getString("tax_groups"), TaxGroup[].class)),
        sellers.current(),
        BillingJson.read(json, row.getString("buyer"), Party.class),
        row.getObject("corrects", UUID.class),
        row.getString("note"));
  }

  /**
   * The invoices of a condition.
   *
   * @param where from {@code where} on, of invoices {@code i}
   */
  List<Invoice> read(Handle handle, String where, Map<String, ?> parameters) {
    List<Header> headers =
        handle
            .createQuery(SELECT + where)
            .bindMap(parameters)
            .map(
                (row, context) ->
                    new Header(
                        header(row), row.getString("seller_code"), row.getInt("seller_version")))
            .list();
    if (headers.isEmpty()) {
      return List.of();
    }
    Map<UUID, List<LineRow>> lines = lines(handle, headers);
    List<Invoice> invoices = new ArrayList<>(headers.size());
    for (Header header : headers) {
      invoices.add(
          complete(
              header.invoice(),
              lines.getOrDefault(header.invoice().id(), List.of()),
              sellers.of(handle, header.sellerCode(), header.sellerVersion())));
    }
    return invoices;
  }

  /** The invoice, which exists. */
  Invoice one(Handle handle, UUID customerId, UUID invoiceId) {
    return read(
            handle,
            "where i.customer_id = :customer and i.id = :id",
            Map.of("customer", customerId, "id", invoiceId))
        .get(0);
  }

  private Map<UUID, List<LineRow>> lines(Handle handle, List<Header> headers) {
    Map<UUID, List<LineRow>> lines = new HashMap<>();
    handle
        .createQuery(
            "select l.* from @.invoice_line l"
                + " join unnest(:customers, :ids) as w(customer_id, invoice_id)"
                + " on l.customer_id = w.customer_id and l.invoice_id = w.invoice_id"
                + " order by l.customer_id, l.invoice_id, l.position")
        .bindArray(
            "customers", UUID.class, headers.stream().map(h -> h.invoice().customerId()).toList())
        .bindArray("ids", UUID.class, headers.stream().map(h -> h.invoice().id()).toList())
        .map((row, context) -> line(row))
        .forEach(l -> lines.computeIfAbsent(l.invoiceId(), id -> new ArrayList<>()).add(l));
    return lines;
  }

  private static LineRow line(ResultSet row) throws SQLException {
    return new LineRow(
        row.getObject("invoice_id", UUID.class),
        row.getInt("position"),
        row.getObject("subscription_id", UUID.class),
        row.getString("product_code"),
        row.getString("component"),
        row.getString("description"),
        interval(row, "from_at", "to_at"),
        row.getBigDecimal("quantity"),
        row.getString("unit"),
        row.getBigDecimal("unit_price"),
        row.getLong("amount"),
        row.getLong("net"),
        row.getInt("tax_group"),
        row.getString("explanation"));
  }

  private static Invoice complete(Invoice header, List<LineRow> rows, Seller seller) {
    List<InvoiceLine> lines = new ArrayList<>(rows.size());
    for (LineRow row : rows) {
      lines.add(
          new InvoiceLine(
              row.position(),
              row.subscriptionId(),
              row.productCode(),
              row.component(),
              row.description(),
              row.interval(),
              row.quantity(),
              row.unit(),
              row.unitPrice(),
              Amount.ofMinor(row.amount(), header.currency()),
              Amount.ofMinor(row.net(), header.currency()),
              header.taxGroups().get(row.taxGroup()).treatment(),
              row.explanation()));
    }
    return new Invoice(
        header.id(),
        header.number(),
        header.customerId(),
        header.kind(),
        header.status(),
        header.currency(),
        header.period(),
        header.issuedAt(),
        header.dueAt(),
        header.net(),
        header.tax(),
        header.total(),
        header.open(),
        header.settled(),
        header.credited(),
        header.writtenOff(),
        List.copyOf(lines),
        header.taxGroups(),
        seller,
        header.buyer(),
        header.corrects(),
        header.note());
  }

  private static Amount amount(ResultSet row, String column, Currency currency)
      throws SQLException {
    return Amount.ofMinor(row.getLong(column), currency);
  }

  private static @Nullable Interval interval(ResultSet row, String from, String to)
      throws SQLException {
    Instant start = SqlValues.instantOrNull(row, from);
    Instant end = SqlValues.instantOrNull(row, to);
    return start == null || end == null ? null : new Interval(start, end);
  }
}
