package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeKind;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Groups charges into drafts: one a currency, one line for charges that differ in time alone. */
final class Drafts {
  private Drafts() {}

  private record LineKey(
      UUID subscriptionId,
      String component,
      ChargeKind kind,
      String description,
      String unit,
      @Nullable BigDecimal unitPrice) {}

  /**
   * The drafts of one customer's charges; none for a currency in which no charge is other than
   * zero.
   *
   * @param charges at least one
   */
  static List<InvoiceDraft> of(
      List<Charge> charges, InvoiceKind kind, BillingCalendar.@Nullable Period period, Ids ids) {
    Map<Currency, Map<LineKey, List<Charge>>> byCurrency = new TreeMap<>();
    for (Charge charge : charges) {
      byCurrency
          .computeIfAbsent(charge.amount().currency(), c -> new LinkedHashMap<>())
          .computeIfAbsent(key(charge), k -> new ArrayList<>(1))
          .add(charge);
    }
    List<InvoiceDraft> drafts = new ArrayList<>(1);
    byCurrency.forEach(
        (currency, groups) -> {
          List<DraftLine> lines = new ArrayList<>(groups.size());
          groups.values().forEach(group -> lines.add(line(group)));
          if (lines.stream().anyMatch(l -> !l.amount().isZero())) {
            UUID customer = charges.get(0).customerId();
            drafts.add(new InvoiceDraft(ids.next(), customer, kind, currency, period, lines));
          }
        });
    return drafts;
  }

  private static LineKey key(Charge charge) {
    return new LineKey(
        charge.subscriptionId(),
        charge.component(),
        charge.kind(),
        charge.description(),
        charge.unit(),
        charge.unitPrice());
  }

  private static DraftLine line(List<Charge> group) {
    Charge first = group.get(0);
    BigDecimal quantity = BigDecimal.ZERO;
    Amount amount = Amount.zero(first.amount().currency());
    Instant from = first.interval().from();
    Instant to = first.interval().to();
    StringBuilder explanation = new StringBuilder();
    for (Charge charge : group) {
      quantity = quantity.add(charge.quantity());
      amount = amount.plus(charge.amount());
      from = charge.interval().from().isBefore(from) ? charge.interval().from() : from;
      to = charge.interval().to().isAfter(to) ? charge.interval().to() : to;
      if (explanation.length() > 0 && !charge.explanation().isEmpty()) {
        explanation.append("; ");
      }
      explanation.append(charge.explanation());
    }
    return new DraftLine(
        first.subscriptionId(),
        first.productCode(),
        first.component(),
        first.description(),
        new Interval(from, to),
        quantity,
        first.unit(),
        first.unitPrice(),
        amount,
        TaxSubject.STANDARD_CLASS,
        explanation.toString());
  }
}
