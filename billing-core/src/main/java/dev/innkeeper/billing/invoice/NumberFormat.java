package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    return of(year).format(number);
  }

  /** The format with its year filled in, for many numbers. */
  OfYear of(int year) {
    String[] around =
        pattern
            .replace("{year}", String.format(Locale.ROOT, "%04d", year))
            .split("\\{number\\}", -1);
    return new OfYear(around[0], around[1], digits);
  }

  /**
   * The number whose letters and digits are these, upper case; empty when no number of this format
   * has them.
   */
  Optional<String> numberOf(String lettersAndDigits) {
    String[] around = pattern.split("\\{year\\}|\\{number\\}", -1);
    String shape =
        PaymentReference.base(around[0])
            + "(?<year>[0-9]{4})"
            + PaymentReference.base(around[1])
            + "(?<number>[0-9]{1,18})"
            + PaymentReference.base(around[2]);
    Matcher match = Pattern.compile(shape).matcher(lettersAndDigits);
    return match.matches()
        ? Optional.of(
            format(Integer.parseInt(match.group("year")), Long.parseLong(match.group("number"))))
        : Optional.empty();
  }

  /** What stands before and after the number. */
  record OfYear(String before, String after, int digits) {
    String format(long number) {
      String text = Long.toString(number);
      return before + "0".repeat(Math.max(0, digits - text.length())) + text + after;
    }
  }
}
