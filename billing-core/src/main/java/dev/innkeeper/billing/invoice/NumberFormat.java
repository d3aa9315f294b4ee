package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.Locale;

/**
 * How the numbers of a series look. Numbers of one year must not look like those of another, so the
 * year is part of every number.
 *
 * @param pattern text with {@code {year}} and {@code {number}} once each
 * @param digits the number is padded with zeros to this length, 1 to 12; longer ones stay whole
 */
public record NumberFormat(String pattern, int digits) {
  private static final int PATTERN_LENGTH_MAX = 40;

  public NumberFormat {
    if (!pattern.matches("[A-Za-z0-9/._-]*\\{year\\}[A-Za-z/._-]+\\{number\\}[A-Za-z/._-]*")
        || pattern.length() > PATTERN_LENGTH_MAX) {
      throw new InvalidInput(
          "numberFormat",
          "must hold {year}, a separator and {number}, with letters, digits and / . _ - around"
              + " them, such as INV-{year}-{number}");
    }
    if (digits < 1 || digits > 12) {
      throw new InvalidInput("numberFormat.digits", "must be 1 to 12");
    }
  }

  String format(int year, long number) {
    String digitsText = Long.toString(number);
    String padded = "0".repeat(Math.max(0, digits - digitsText.length())) + digitsText;
    return pattern
        .replace("{year}", String.format(Locale.ROOT, "%04d", year))
        .replace("{number}", padded);
  }
}
