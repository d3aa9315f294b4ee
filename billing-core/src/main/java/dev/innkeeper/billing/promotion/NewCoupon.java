package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A coupon to create.
 *
 * @param code what customers type, 3 to 40 letters, digits and hyphens; case does not matter
 * @param name for the operator and on the invoice's line
 * @param redemptionsMax how often it can be redeemed by all customers together; null for any number
 * @param redemptionsPerCustomerMax how often by each customer, 1 to 1,000
 * @param validFrom from when it can be redeemed; null for at once
 * @param validUntil until when it can be redeemed, exclusive; null for ever
 */
public record NewCoupon(
    String code,
    String name,
    CouponTerms terms,
    @Nullable Integer redemptionsMax,
    int redemptionsPerCustomerMax,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil) {
  private static final int PERIODS_MAX = 1_200;
  private static final int PRODUCTS_MAX = 100;

  /** A coupon that every customer can redeem once, from now on. */
  public static NewCoupon of(String code, String name, CouponTerms terms) {
    return new NewCoupon(code, name, terms, null, 1, null, null);
  }

  public NewCoupon withCaps(@Nullable Integer newMax, int newPerCustomerMax) {
    return new NewCoupon(code, name, terms, newMax, newPerCustomerMax, validFrom, validUntil);
  }

  public NewCoupon withValidity(@Nullable Instant newFrom, @Nullable Instant newUntil) {
    return new NewCoupon(
        code, name, terms, redemptionsMax, redemptionsPerCustomerMax, newFrom, newUntil);
  }

  static String normalized(String code) {
    return code.replaceAll("\\s", "").toUpperCase(Locale.ROOT);
  }

  /**
   * @throws InvalidInput naming every field at fault
   */
  void validate(Instant now) {
    List<Violation> violations = new ArrayList<>();
    String text = normalized(code);
    if (!text.matches("[A-Z0-9][A-Z0-9-]{2,39}")) {
      violations.add(new Violation("code", "must be 3 to 40 letters, digits and hyphens"));
    } else if (VoucherCode.looksLikeOne(text)) {
      violations.add(
          new Violation("code", "looks like a voucher's, of 16 characters; make it shorter"));
    }
    if (name.isBlank() || name.length() > 200) {
      violations.add(new Violation("name", "must have 1 to 200 characters"));
    }
    discount(violations);
    Integer periods = terms.periods();
    if ((terms.lasts() == CouponTerms.Lasts.PERIODS) != (periods != null)
        || (periods != null && (periods < 1 || periods > PERIODS_MAX))) {
      violations.add(
          new Violation(
              "periods", "must be 1 to " + PERIODS_MAX + " where it lasts periods, else absent"));
    }
    if (terms.products().size() > PRODUCTS_MAX) {
      violations.add(new Violation("products", "must be " + PRODUCTS_MAX + " at most"));
    }
    Integer max = redemptionsMax;
    if (max != null && max < 1) {
      violations.add(
          new Violation("redemptionsMax", "must be 1 or more, or absent for any number"));
    }
    if (redemptionsPerCustomerMax < 1 || redemptionsPerCustomerMax > 1_000) {
      violations.add(new Violation("redemptionsPerCustomerMax", "must be 1 to 1000"));
    }
    Instant from = validFrom == null ? now : validFrom;
    if (validUntil != null && !validUntil.isAfter(from)) {
      violations.add(new Violation("validUntil", "must be after " + from));
    }
    if (!violations.isEmpty()) {
      throw new InvalidInput(violations);
    }
  }

  private void discount(List<Violation> violations) {
    BigDecimal percent = terms.percent();
    if ((percent == null) == (terms.amount() == null)) {
      violations.add(new Violation("percent", "a coupon has either a percentage or an amount"));
    } else if (percent != null
        && (percent.signum() <= 0
            || percent.compareTo(BigDecimal.valueOf(100)) > 0
            || percent.stripTrailingZeros().scale() > 4)) {
      violations.add(
          new Violation("percent", "must be above 0 and at most 100, with 4 decimals at most"));
    } else if (terms.amount() != null && !terms.amount().isPositive()) {
      violations.add(new Violation("amount", "must be above zero"));
    }
  }
}
