package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A line before tax: what {@link InvoiceLine} will show.
 *
 * @param taxClass of the product, for the tax policy
 * @param amount the price, rounded; negative for discounts
 */
public record DraftLine(
    @Nullable UUID subscriptionId,
    String productCode,
    String component,
    String description,
    @Nullable Interval interval,
    BigDecimal quantity,
    String unit,
    @Nullable BigDecimal unitPrice,
    Amount amount,
    String taxClass,
    String explanation) {
  /** The component of a coupon's lines. */
  public static final String COUPON = "coupon";

  /** A discount on a product: one piece of a negative price, without an explanation. */
  public static DraftLine discount(
      String productCode, String component, String description, Amount amount) {
    return new DraftLine(
        null,
        productCode,
        component,
        description,
        null,
        BigDecimal.ONE,
        "piece",
        amount.toDecimal(),
        amount,
        dev.innkeeper.billing.invoice.tax.TaxSubject.STANDARD_CLASS,
        "");
  }
}
