package dev.innkeeper.server.rest;

import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceKind;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.Party;
import dev.innkeeper.billing.invoice.Seller;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An invoice as the API shows it. */
record InvoiceJson(
    UUID id,
    @Nullable String number,
    UUID customerId,
    InvoiceKind kind,
    InvoiceStatus status,
    String currency,
    @Nullable Span period,
    @Nullable Instant issuedAt,
    @Nullable Instant dueAt,
    Amount net,
    Amount tax,
    Amount total,
    Amount open,
    Amount settled,
    Amount credited,
    Amount writtenOff,
    List<Line> lines,
    Seller seller,
    Party buyer,
    @Nullable String paymentReference,
    @Nullable UUID corrects,
    @Nullable String note) {

  /** From an instant to another, the last one excluded. */
  record Span(Instant from, Instant to) {
    static @Nullable Span of(@Nullable Interval interval) {
      return interval == null ? null : new Span(interval.from(), interval.to());
    }
  }

  /** One line; {@code taxPercent} of its net is tax. */
  record Line(
      int position,
      @Nullable UUID subscriptionId,
      String productCode,
      String component,
      String description,
      @Nullable Span period,
      BigDecimal quantity,
      String unit,
      @Nullable BigDecimal unitPrice,
      Amount amount,
      Amount net,
      BigDecimal taxPercent,
      String explanation) {
    static Line of(InvoiceLine line) {
      return new Line(
          line.position(),
          line.subscriptionId(),
          line.productCode(),
          line.component(),
          line.description(),
          Span.of(line.interval()),
          line.quantity(),
          line.unit(),
          line.unitPrice(),
          line.amount(),
          line.net(),
          line.tax().percent(),
          line.explanation());
    }
  }

  static InvoiceJson of(Invoice invoice) {
    return new InvoiceJson(
        invoice.id(),
        invoice.number(),
        invoice.customerId(),
        invoice.kind(),
        invoice.status(),
        invoice.currency().code(),
        Span.of(invoice.period()),
        invoice.issuedAt(),
        invoice.dueAt(),
        invoice.net(),
        invoice.tax(),
        invoice.total(),
        invoice.open(),
        invoice.settled(),
        invoice.credited(),
        invoice.writtenOff(),
        invoice.lines().stream().map(Line::of).toList(),
        invoice.seller(),
        invoice.buyer(),
        invoice.paymentReference(),
        invoice.corrects(),
        invoice.note());
  }
}
