package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to come if nothing changes, without tax. Amounts are one for each currency, in the order
 * of their codes, and leave out what was invoiced before. Immutable.
 *
 * @param periodEnd the end of the customer's current billing period
 * @param accrued what was used since the last invoice, up to now
 * @param toPeriodEnd the same up to the period's end
 * @param nextInvoiceAt null when nothing is to be invoiced
 * @param nextInvoice what it will hold: arrears of the period, and the next one's charges in
 *     advance
 * @param depletesAt when prepaid cash runs out; null when it does not, in sight
 */
public record Forecast(
    Instant periodEnd,
    List<Amount> accrued,
    List<Amount> toPeriodEnd,
    @Nullable Instant nextInvoiceAt,
    List<Amount> nextInvoice,
    @Nullable Instant depletesAt) {
  public Forecast {
    accrued = List.copyOf(accrued);
    toPeriodEnd = List.copyOf(toPeriodEnd);
    nextInvoice = List.copyOf(nextInvoice);
  }
}
