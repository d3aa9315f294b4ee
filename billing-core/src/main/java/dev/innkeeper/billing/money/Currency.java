package dev.innkeeper.billing.money;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A currency and the number of decimals of its smallest unit.
 *
 * <p>The decimals come from the table below (ISO 4217 as of 2026, list one), never from {@link
 * java.util.Currency}, whose data change with the JDK. Currencies without ISO code, such as TFT
 * with its 7 decimals, stand in the same table. Immutable.
 *
 * @param code three to eight upper-case letters or digits
 * @param minorDigits decimals of the minor unit, 0 to 8
 */
public record Currency(String code, int minorDigits) implements Comparable<Currency> {
  private static final int MINOR_DIGITS_MAX = 8;

  private static final Map<String, Currency> TABLE = table();

  public static final Currency EUR = of("EUR");
  public static final Currency USD = of("USD");

  public Currency {
    if (!code.matches("[A-Z][A-Z0-9]{2,7}")) {
      throw new InvalidInput("currency", "'" + code + "' is no currency code such as EUR");
    }
    if (minorDigits < 0 || minorDigits > MINOR_DIGITS_MAX) {
      throw new InvalidInput("minorDigits", "must be 0 to " + MINOR_DIGITS_MAX);
    }
  }

  /**
   * The currency of this code.
   *
   * @throws InvalidInput when the table does not know the code; lower case is not accepted
   */
  public static Currency of(String code) {
    Currency known = TABLE.get(code);
    if (known == null) {
      throw new InvalidInput(
          "currency", "'" + code + "' is not a known currency; use an ISO 4217 code such as EUR");
    }
    return known;
  }

  /** Every code that {@link #of} accepts, sorted. */
  public static SortedSet<String> codes() {
    return new TreeSet<>(TABLE.keySet());
  }

  /** Minor units in one major unit: 100 for EUR, 1 for JPY. */
  public long minorPerMajor() {
    long factor = 1;
    for (int i = 0; i < minorDigits; i++) {
      factor *= 10;
    }
    return factor;
  }

  @Override
  public int compareTo(Currency other) {
    return code.compareTo(other.code);
  }

  /** The code. */
  @Override
  public String toString() {
    return code;
  }

  private static Map<String, Currency> table() {
    Map<String, Currency> table = new TreeMap<>();
    put(
        table,
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD"
            + " CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS"
            + " GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK"
            + " LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN"
            + " NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD"
            + " SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU"
            + " UZS VED VES WST XCD YER ZAR ZMW ZWG");
    put(table, 0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF");
    put(table, 3, "BHD IQD JOD KWD LYD OMR TND");
    put(table, 7, "TFT");
    return table;
  }

  private static void put(Map<String, Currency> table, int minorDigits, String codes) {
    for (String code : codes.split(" ", -1)) {
      table.put(code, new Currency(code, minorDigits));
    }
  }
}
