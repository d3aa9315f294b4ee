package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.problem.InvalidInput;
import java.math.BigInteger;
import java.util.Locale;

/**
 * What a payer writes on a transfer so that it finds its invoice: a structured creditor reference
 * of ISO 11649, {@code RF}, two check digits and the invoice's number without what is neither
 * letter nor digit. It follows from the number, so that it needs no store, and is as unique.
 */
public final class PaymentReference {
  static final int BASE_LENGTH_MAX = 21;
  private static final int PREFIX_LENGTH = 4;
  private static final int GROUP_LENGTH = 4;
  private static final BigInteger MODULUS = BigInteger.valueOf(97);
  private static final int CHECK_SUM = 98;

  private PaymentReference() {}

  /** The reference of an invoice's number, without spaces. */
  static String of(String number) {
    String base = base(number);
    return "RF" + checkDigits(base) + base;
  }

  /** Letters and digits of a number, upper case; the last 21 of more. */
  static String base(String number) {
    String all = number.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
    return all.substring(Math.max(0, all.length() - BASE_LENGTH_MAX));
  }

  /** In groups of four, as it is printed. */
  public static String grouped(String reference) {
    return reference.replaceAll("(.{" + GROUP_LENGTH + "})(?=.)", "$1 ");
  }

  /**
   * Reads a reference as a payer or a bank wrote it: spaces and lower case don't matter.
   *
   * @return without spaces, upper case
   * @throws InvalidInput when it is none, or a digit is mistyped
   */
  public static String parse(String text) {
    String reference = text.replaceAll("\\s", "").toUpperCase(Locale.ROOT);
    if (!reference.matches("RF[0-9]{2}[A-Z0-9]{1," + BASE_LENGTH_MAX + "}")) {
      throw new InvalidInput(
          "paymentReference", "must be RF, two digits and up to 21 letters and digits");
    }
    String base = reference.substring(PREFIX_LENGTH);
    if (!reference.startsWith("RF" + checkDigits(base))) {
      throw new InvalidInput(
          "paymentReference", "has wrong check digits: something in it is mistyped");
    }
    return reference;
  }

  /** The letters and digits of the number that a parsed reference stands for. */
  static String baseOf(String reference) {
    return reference.substring(PREFIX_LENGTH);
  }

  /** 98 minus the rest of the base with RF00 behind it, letters as 10 to 35, divided by 97. */
  private static String checkDigits(String base) {
    StringBuilder digits = new StringBuilder();
    (base + "RF00").chars().forEach(c -> digits.append(Character.digit(c, Character.MAX_RADIX)));
    int rest = new BigInteger(digits.toString()).mod(MODULUS).intValueExact();
    return String.format(Locale.ROOT, "%02d", CHECK_SUM - rest);
  }
}
