package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.time.BillingCalendar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sorts charges into drafts, one a currency; each charge is a line. */
final class Drafts {
  private Drafts() {}

  /**
   * The drafts of one customer's charges; none for a currency in which no charge is other than
   * zero.
   *
   * @param charges at least one
   */
  static List<InvoiceDraft> of(
      List<Charge> charges, InvoiceKind kind, BillingCalendar.@Nullable Period period, Ids ids) {
    Map<Currency, List<DraftLine>> byCurrency = new TreeMap<>();
    for (Charge charge : charges) {
      byCurrency
          .computeIfAbsent(charge.amount().currency(), c -> new ArrayList<>(charges.size()))
          .add(line(charge));
    }
    List<InvoiceDraft> drafts = new ArrayList<>(1);
    byCurrency.forEach(
        (currency, lines) -> {
          if (anyIsOverSomething(lines)) {
            UUID customer = charges.get(0).customerId();
            drafts.add(new InvoiceDraft(ids.next(), customer, kind, currency, period, lines));
          }
        });
    return drafts;
  }

  private static boolean anyIsOverSomething(List<DraftLine> lines) {
    for (DraftLine line : lines) {
      if (!line.amount().isZero()) {
        return true;
      }
    }
    return false;
  }

  private static DraftLine line(Charge charge) {
    return new DraftLine(
        charge.subscriptionId(),
        charge.productCode(),
        charge.component(),
        charge.description(),
        charge.interval(),
        charge.quantity(),
        charge.unit(),
        charge.unitPrice(),
        charge.amount(),
        TaxSubject.STANDARD_CLASS,
        charge.explanation());
  }
}
