package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.money.Amount;
import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A predicted cost, without tax. A month is the price's own: its N hours, or 730 hours where it
 * goes by the calendar. Immutable.
 *
 * @param hourly what an hour costs before any monthly cap, up to 12 decimals of major units;
 *     monthly prices are spread over the month, usage is left out
 * @param monthly what a full month costs, caps and expected usage included, set-up excluded
 * @param setup what is charged once
 * @param total what the requested duration costs, set-up included, trial deducted; null when no
 *     duration was given
 */
public record Quote(
    UUID priceVersionId,
    BigDecimal hourly,
    Amount monthly,
    Amount setup,
    @Nullable Amount total,
    List<Line> lines) {
  public Quote {
    lines = List.copyOf(lines);
  }

  /**
   * One component.
   *
   * @param amount by the month, or once for a set-up fee
   * @param explanation how it came about, such as {@code 730 h × 0.00694 EUR, capped at 4.99 EUR}
   */
  public record Line(
      String component, String name, PriceComponent.Per per, Amount amount, String explanation) {}
}
