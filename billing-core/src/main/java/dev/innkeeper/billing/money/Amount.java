package dev.innkeeper.billing.money;

import dev.innkeeper.billing.problem.InvalidInput;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An exact sum of money: whole minor units of one currency (cents for EUR, yen for JPY).
 *
 * <p>Arithmetic is checked: a result beyond {@code long}, or two currencies in one sum, throws
 * {@link ArithmeticException} and {@link IllegalArgumentException}. Immutable.
 *
 * @param minorUnits may be negative
 * @param currency the currency the units are of
 */
public record Amount(long minorUnits, Currency currency) implements Comparable<Amount> {

  public static Amount ofMinor(long minorUnits, Currency currency) {
    return new Amount(minorUnits, currency);
  }

  public static Amount zero(Currency currency) {
    return new Amount(0, currency);
  }

  /**
   * Reads what a person or program wrote, such as {@code "12.34"}: digits with an optional sign and
   * a decimal point, no grouping, no exponent.
   *
   * @param field the name that an error gives the value
   * @throws InvalidInput when the text is no number, has more decimals than the currency, or is
   *     beyond what a {@code long} of minor units holds
   */
  public static Amount parse(String field, String text, Currency currency) {
    if (!text.matches("[+-]?[0-9]{1,30}(\\.[0-9]{1,30})?")) {
      throw new InvalidInput(field, "'" + shorten(text) + "' is not an amount such as 12.34");
    }
    return of(field, new BigDecimal(text), currency);
  }

  /** {@link #parse(String, String, Currency)} with the field named {@code amount}. */
  public static Amount parse(String text, Currency currency) {
    return parse("amount", text, currency);
  }

  /**
   * An exact conversion of major units.
   *
   * @throws InvalidInput when the value has more decimals than the currency, or is too large
   */
  public static Amount of(String field, BigDecimal major, Currency currency) {
    BigDecimal minor = major.movePointRight(currency.minorDigits());
    try {
      return new Amount(minor.longValueExact(), currency);
    } catch (ArithmeticException e) {
      boolean tooFine = minor.stripTrailingZeros().scale() > 0;
      throw new InvalidInput(
          field,
          tooFine
              ? major.toPlainString()
                  + " has more decimals than "
                  + currency
                  + ", which has "
                  + currency.minorDigits()
              : "the amount is too large");
    }
  }

  /**
   * Rounds an exact sum of major units to whole minor units.
   *
   * @throws ArithmeticException when the result does not fit a {@code long}
   */
  public static Amount round(BigDecimal major, Currency currency, RoundingMode rounding) {
    BigDecimal minor = major.movePointRight(currency.minorDigits()).setScale(0, rounding);
    return new Amount(minor.longValueExact(), currency);
  }

  public Amount plus(Amount other) {
    requireSameCurrency(other);
    return new Amount(Math.addExact(minorUnits, other.minorUnits), currency);
  }

  public Amount minus(Amount other) {
    requireSameCurrency(other);
    return new Amount(Math.subtractExact(minorUnits, other.minorUnits), currency);
  }

  public Amount negated() {
    return new Amount(Math.negateExact(minorUnits), currency);
  }

  /** The smaller of the two. */
  public Amount min(Amount other) {
    return compareTo(other) <= 0 ? this : other;
  }

  /** The larger of the two. */
  public Amount max(Amount other) {
    return compareTo(other) >= 0 ? this : other;
  }

  public boolean isZero() {
    return minorUnits == 0;
  }

  public boolean isPositive() {
    return minorUnits > 0;
  }

  public boolean isNegative() {
    return minorUnits < 0;
  }

  /** Major units with exactly the currency's decimals. */
  public BigDecimal toDecimal() {
    return BigDecimal.valueOf(minorUnits, currency.minorDigits());
  }

  /** Major units as plain text, such as {@code 12.30}: what JSON carries. */
  public String toPlainString() {
    return toDecimal().toPlainString();
  }

  /** For people: {@code 12.30 EUR}. */
  @Override
  public String toString() {
    return toPlainString() + " " + currency;
  }

  /**
   * By value.
   *
   * @throws IllegalArgumentException when the currencies differ: there is no order between them
   */
  @Override
  public int compareTo(Amount other) {
    requireSameCurrency(other);
    return Long.compare(minorUnits, other.minorUnits);
  }

  private void requireSameCurrency(Amount other) {
    if (!currency.equals(other.currency)) {
      throw new IllegalArgumentException(
          "amounts of two currencies don't mix: " + currency + " and " + other.currency);
    }
  }

  private static String shorten(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
