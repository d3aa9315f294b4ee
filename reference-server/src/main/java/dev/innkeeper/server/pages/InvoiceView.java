package dev.innkeeper.server.pages;

import dev.innkeeper.billing.customer.Address;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import dev.innkeeper.server.runtime.Services;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Invoices as pages show them. */
final class InvoiceView {
  private final Services services;

  /** Where an invoice is shown, and to whom; without sources it can't be paid from there. */
  record Frame(String href, String backHref, String backText, List<View.Choice> sources) {}

  InvoiceView(Services services) {
    this.services = services;
  }

  View.InvoiceRow row(Invoice invoice, String href) {
    ZoneId zone = zone(invoice);
    String number = invoice.number();
    return new View.InvoiceRow(
        invoice.id().toString(),
        href,
        invoice.buyer().name(),
        number == null ? "Draft" : number,
        period(invoice, zone),
        day(invoice.issuedAt(), zone),
        lastDay(invoice.dueAt(), zone),
        Show.amount(invoice.total()),
        invoice.open().isZero() ? "–" : Show.amount(invoice.open()),
        status(invoice));
  }

  View.Invoice whole(Invoice invoice, Frame frame) {
    ZoneId zone = zone(invoice);
    View.InvoiceRow head = row(invoice, frame.href());
    boolean open = invoice.status() == InvoiceStatus.OPEN && invoice.open().isPositive();
    return new View.Invoice(
        head,
        (invoice.corrects() == null ? "Invoice " : "Credit note ") + head.number(),
        frame.backHref(),
        frame.backText(),
        party(invoice.seller().name(), null, invoice.seller().address(), invoice.seller().vatId()),
        party(
            invoice.buyer().name(),
            invoice.buyer().company(),
            invoice.buyer().address(),
            invoice.buyer().vatId()),
        invoice.lines().stream().map(line -> line(line, zone)).toList(),
        sums(invoice),
        open && !frame.sources().isEmpty(),
        frame.sources(),
        invoice.note(),
        UUID.randomUUID().toString());
  }

  private static View.InvoiceLine line(InvoiceLine line, ZoneId zone) {
    return new View.InvoiceLine(
        line.description(),
        interval(line.interval(), zone),
        line.explanation(),
        line.quantity().setScale(2, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString()
            + "\u00a0"
            + line.unit(),
        Show.amount(line.amount()));
  }

  /** Net and tax, where there is any, and total. */
  static List<View.Sum> totals(Invoice invoice) {
    List<View.Sum> sums = new ArrayList<>();
    if (!invoice.tax().isZero()) {
      sums.add(new View.Sum("Net", Show.amount(invoice.net()), false));
      sums.add(new View.Sum("Tax", Show.amount(invoice.tax()), false));
    }
    sums.add(new View.Sum("Total", Show.amount(invoice.total()), true));
    return sums;
  }

  private static List<View.Sum> sums(Invoice invoice) {
    List<View.Sum> sums = totals(invoice);
    add(sums, "Paid", invoice.settled());
    add(sums, "Credited", invoice.credited());
    add(sums, "Written off", invoice.writtenOff());
    if (!invoice.open().isZero()) {
      sums.add(new View.Sum("Still to pay", Show.amount(invoice.open()), true));
    }
    return sums;
  }

  private static void add(List<View.Sum> sums, String text, Amount amount) {
    if (!amount.isZero()) {
      sums.add(new View.Sum(text, Show.amount(amount.negated()), false));
    }
  }

  private static List<String> party(
      String name, @Nullable String company, Address address, @Nullable String vatId) {
    String town =
        Stream.of(address.postalCode(), address.city())
            .filter(part -> part != null)
            .reduce((a, b) -> a + " " + b)
            .orElse(null);
    return Stream.of(
            company,
            name,
            address.street(),
            town,
            address.country(),
            vatId == null ? null : "VAT " + vatId)
        .filter(part -> part != null && !part.isBlank())
        .map(String::valueOf)
        .toList();
  }

  private View.Badge status(Invoice invoice) {
    Instant dueAt = invoice.dueAt();
    return switch (invoice.status()) {
      case DRAFT -> new View.Badge("", "Draft");
      case OPEN ->
          dueAt != null && dueAt.isBefore(services.engine().now())
              ? new View.Badge("bad", "Overdue")
              : new View.Badge("warn", "Open");
      case PAID -> new View.Badge("good", "Paid");
      case VOID -> new View.Badge("", "Void");
      case UNCOLLECTIBLE -> new View.Badge("bad", "Given up");
    };
  }

  private static String period(Invoice invoice, ZoneId zone) {
    return invoice.period() == null ? "–" : interval(invoice.period(), zone);
  }

  /** Days, the last one included. */
  private static String interval(@Nullable Interval interval, ZoneId zone) {
    if (interval == null) {
      return "";
    }
    String from = Show.date(interval.from(), zone);
    if (interval.isEmpty()) {
      return from;
    }
    String to = Show.date(interval.to().minus(Duration.ofNanos(1)), zone);
    return from.equals(to) ? from : from + " – " + to;
  }

  private static String day(@Nullable Instant instant, ZoneId zone) {
    return instant == null ? "–" : Show.date(instant, zone);
  }

  /** The day that ends at the instant. */
  private static String lastDay(@Nullable Instant instant, ZoneId zone) {
    return instant == null ? "–" : Show.date(instant.minusNanos(1), zone);
  }

  private ZoneId zone(Invoice invoice) {
    return services.engine().customers().get(invoice.customerId()).calendar().zone();
  }
}
