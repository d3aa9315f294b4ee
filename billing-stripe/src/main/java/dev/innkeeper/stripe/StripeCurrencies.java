package dev.innkeeper.stripe;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stripe's own units, which are neither the JDK's nor ISO's for some currencies, and the least it
 * takes. Immutable.
 */
final class StripeCurrencies {
  private static final long UNITS_MAX = 99_999_999;

  /** Currencies of which Stripe counts whole major units. */
  private static final Set<String> WHOLE =
      Set.of(
          "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
          "XOF", "XPF");

  /** Counted in thousandths, of which the last digit must be 0. */
  private static final Set<String> THOUSANDTHS = Set.of("BHD", "JOD", "KWD", "OMR", "TND");

  /** Without decimals in the world, with two always zero at Stripe. */
  private static final Set<String> PADDED = Set.of("ISK", "UGX");

  private static final Map<String, String> LEAST =
      Map.ofEntries(
          Map.entry("USD", "0.50"),
          Map.entry("AED", "2.00"),
          Map.entry("AUD", "0.50"),
          Map.entry("BHD", "0.300"),
          Map.entry("BRL", "0.50"),
          Map.entry("CAD", "0.50"),
          Map.entry("CHF", "0.50"),
          Map.entry("CZK", "15.00"),
          Map.entry("DKK", "2.50"),
          Map.entry("EUR", "0.50"),
          Map.entry("GBP", "0.30"),
          Map.entry("HKD", "4.00"),
          Map.entry("HUF", "175.00"),
          Map.entry("INR", "50.00"),
          Map.entry("ISK", "100"),
          Map.entry("JPY", "50"),
          Map.entry("KWD", "0.300"),
          Map.entry("MXN", "10.00"),
          Map.entry("MYR", "2.00"),
          Map.entry("NOK", "3.00"),
          Map.entry("NZD", "0.50"),
          Map.entry("PLN", "2.00"),
          Map.entry("RON", "2.00"),
          Map.entry("SEK", "3.00"),
          Map.entry("SGD", "0.50"),
          Map.entry("THB", "10.00"));

  private final Map<Currency, Amount> minimums = new HashMap<>();

  StripeCurrencies(Map<Currency, Amount> overrides) {
    LEAST.forEach(
        (code, text) -> {
          Currency currency = Currency.of(code);
          minimums.put(currency, Amount.parse(text, currency));
        });
    minimums.putAll(overrides);
  }

  /** Only where the least charge is known: less than that would be declined again and again. */
  boolean supports(Currency currency) {
    return minimums.containsKey(currency);
  }

  Amount minimum(Currency currency) {
    Amount minimum = minimums.get(currency);
    if (minimum == null) {
      throw new IllegalArgumentException(currency + " is not supported");
    }
    return minimum;
  }

  /** What Stripe calls the currency. */
  static String code(Currency currency) {
    return currency.code().toLowerCase(Locale.ROOT);
  }

  /** Our currency of Stripe's name. */
  static Currency currency(String stripeCode) {
    return Currency.of(stripeCode.toUpperCase(Locale.ROOT));
  }

  /**
   * Stripe's units for the amount; empty when Stripe can't express it: too large, or finer than the
   * steps it takes.
   */
  static Optional<Long> units(Amount amount) {
    Currency currency = amount.currency();
    long scale = factor(currency);
    long scaled;
    try {
      scaled = Math.multiplyExact(amount.minorUnits(), scale);
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
    long perMajor = currency.minorPerMajor();
    if (scaled % perMajor != 0) {
      return Optional.empty();
    }
    long units = scaled / perMajor;
    return units > UNITS_MAX || units % step(currency) != 0 ? Optional.empty() : Optional.of(units);
  }

  /**
   * @throws ArithmeticException when the units are finer than the currency
   */
  static Amount amount(long units, String stripeCode) {
    Currency currency = currency(stripeCode);
    long scaled = Math.multiplyExact(units, currency.minorPerMajor());
    long factor = factor(currency);
    if (scaled % factor != 0) {
      throw new ArithmeticException(units + " is no whole number of " + currency + "'s units");
    }
    return Amount.ofMinor(scaled / factor, currency);
  }

  private static long factor(Currency currency) {
    if (WHOLE.contains(currency.code())) {
      return 1;
    }
    return THOUSANDTHS.contains(currency.code()) ? 1000 : 100;
  }

  private static long step(Currency currency) {
    if (PADDED.contains(currency.code())) {
      return 100;
    }
    return THOUSANDTHS.contains(currency.code()) ? 10 : 1;
  }
}
