package dev.innkeeper.billing.invoice.tax;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * How a line is taxed. Two lines are of one tax group when their treatments are equal.
 *
 * @param percent such as 19; zero unless the category is {@link TaxCategory#STANDARD}
 * @param jurisdiction lower case, such as {@code de}: names the ledger's tax account
 * @param reason why no tax is charged, for the invoice; null when tax is charged
 */
public record TaxTreatment(
    TaxCategory category, BigDecimal percent, String jurisdiction, @Nullable String reason) {

  public TaxTreatment {
    // 19 and 19.0 are one rate and must make one group.
    BigDecimal stripped = percent.stripTrailingZeros();
    percent = stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    if (percent.signum() < 0 || percent.compareTo(BigDecimal.valueOf(100)) > 0) {
      throw new IllegalArgumentException("a tax rate is 0 to 100 percent, not " + percent);
    }
    if ((category == TaxCategory.STANDARD) != (percent.signum() > 0)) {
      throw new IllegalArgumentException(category + " does not go with " + percent + " %");
    }
    if (!jurisdiction.matches("[a-z0-9-]{1,20}")) {
      throw new IllegalArgumentException("no jurisdiction: '" + jurisdiction + "'");
    }
  }

  /** Taxed at the rate, which is not zero. */
  public static TaxTreatment taxed(BigDecimal percent, String jurisdiction) {
    return new TaxTreatment(TaxCategory.STANDARD, percent, jurisdiction, null);
  }

  /** Without tax, for the reason. */
  public static TaxTreatment untaxed(TaxCategory category, String jurisdiction, String reason) {
    return new TaxTreatment(category, BigDecimal.ZERO, jurisdiction, reason);
  }
}
