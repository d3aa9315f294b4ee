package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.money.Amount;
import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a coupon takes off invoices. Immutable.
 *
 * @param percent above 0, at most 100, up to 4 decimals; null for a coupon of an amount
 * @param amount above zero: off one invoice, or off each billing period's charges; null for a
 *     coupon in percent
 * @param products codes of the products it is for; empty for all
 * @param periods for how many billing periods, the one it is redeemed in counting as the first;
 *     null unless it lasts {@link Lasts#PERIODS}
 */
public record CouponTerms(
    @Nullable BigDecimal percent,
    @Nullable Amount amount,
    Set<String> products,
    Lasts lasts,
    @Nullable Integer periods,
    Stacking stacking) {

  /** How long a redeemed coupon gives its discount. */
  public enum Lasts {
    /** For one invoice, the first it takes something off. What it does not need lapses. */
    ONCE,
    /** For charges whose time begins within so many billing periods. */
    PERIODS,
    FOREVER
  }

  /** Whether it works together with other coupons on one invoice. */
  public enum Stacking {
    /** After the coupons redeemed before it, on what they left. */
    COMBINES,
    /** By itself: an invoice gets either it or the others, whichever takes off more. */
    ALONE
  }

  public CouponTerms {
    products = Set.copyOf(products);
  }

  /** So many percent off the next invoice, together with other coupons. */
  public static CouponTerms percent(String percent) {
    return new CouponTerms(
        new BigDecimal(percent), null, Set.of(), Lasts.ONCE, null, Stacking.COMBINES);
  }

  /** An amount off the next invoice, together with other coupons. */
  public static CouponTerms amount(Amount amount) {
    return new CouponTerms(null, amount, Set.of(), Lasts.ONCE, null, Stacking.COMBINES);
  }

  public CouponTerms forProducts(Set<String> newProducts) {
    return new CouponTerms(percent, amount, newProducts, lasts, periods, stacking);
  }

  public CouponTerms forPeriods(int newPeriods) {
    return new CouponTerms(percent, amount, products, Lasts.PERIODS, newPeriods, stacking);
  }

  public CouponTerms forEver() {
    return new CouponTerms(percent, amount, products, Lasts.FOREVER, null, stacking);
  }

  public CouponTerms alone() {
    return new CouponTerms(percent, amount, products, lasts, periods, Stacking.ALONE);
  }

  /** For people: {@code 20 % off}. */
  public String label() {
    BigDecimal part = percent;
    return part != null
        ? part.stripTrailingZeros().toPlainString() + " % off"
        : String.valueOf(amount) + " off";
  }
}
