package dev.innkeeper.billing.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One part of a price: a set-up fee, a price by the hour or month, a price for what a meter counts.
 * All sums are exact major units of the price version's currency, without tax. Immutable.
 *
 * <p>The shape of a set-up, hourly or monthly component is applied to the subscription's quantity,
 * that of a metered one to the meter's aggregate over the billing period. {@code included} and
 * {@code minimum} are for a whole billing period and shrink with the part of it for which the price
 * was in force; {@code maximum} does not shrink.
 *
 * @param code names the component within its price version, such as {@code compute}
 * @param name for people, on invoices
 * @param meter what counts the units of a component per unit; null for all others
 * @param included units of the quantity that cost nothing
 * @param minimum the least that a billing period costs, or null
 * @param maximum the most that a billing period costs, or null; the monthly cap of an hourly price.
 *     With a price for each unit of the subscription, the maximum too is for each unit
 */
public record PriceComponent(
    String code,
    String name,
    Per per,
    @Nullable String meter,
    PriceShape shape,
    BigDecimal included,
    @Nullable BigDecimal minimum,
    @Nullable BigDecimal maximum) {

  /** What a component is charged by. */
  public enum Per {
    /** Once in a subscription's life: a set-up fee. */
    ONCE,
    /** By elapsed time at an hourly rate. */
    HOUR,
    /** By the month, to the second where a month is not whole. */
    MONTH,
    /** By what a meter counted. */
    UNIT
  }

  /** The exact price of a quantity beyond what is included. */
  public BigDecimal rate(long quantity) {
    BigDecimal billable = BigDecimal.valueOf(quantity).subtract(included);
    return shape.cost(billable.max(BigDecimal.ZERO));
  }

  /** The most that a billing period costs at this quantity of the subscription, or null. */
  public @Nullable BigDecimal maximumFor(long quantity) {
    return maximum == null || !isEach() ? maximum : maximum.multiply(BigDecimal.valueOf(quantity));
  }

  /** The least that a whole billing period costs at this quantity of the subscription, or null. */
  public @Nullable BigDecimal minimumFor(long quantity) {
    return minimum == null || !isEach() ? minimum : minimum.multiply(BigDecimal.valueOf(quantity));
  }

  @JsonIgnore
  private boolean isEach() {
    return per != Per.UNIT && shape instanceof PriceShape.PerUnit;
  }
}
