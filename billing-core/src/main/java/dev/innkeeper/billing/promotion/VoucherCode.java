package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A voucher's code: fifteen random characters (74 bits) and one to check them, written in four
 * groups. Letters that are easily taken for another (I, L, O) don't occur.
 *
 * <p>The alphabet has 31 characters, a prime, and the check is a sum weighted by place modulo 31:
 * every single wrong character and every swap of two neighbours is found.
 *
 * @param text sixteen characters without hyphens, upper case
 */
record VoucherCode(String text) {
  private static final String ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
  private static final int LENGTH = 16;
  private static final int GROUP = 4;

  static VoucherCode random(RandomGenerator random) {
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < LENGTH - 1; i++) {
      code.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    code.append(ALPHABET.charAt(check(code)));
    return new VoucherCode(code.toString());
  }

  /**
   * Reads what a person typed: any case, with or without hyphens and spaces.
   *
   * @throws InvalidInput when it can't be a code, so that a slip of the finger is told from a code
   *     that does not exist
   */
  static VoucherCode parse(String field, String typed) {
    if (typed.length() > 64) {
      throw new InvalidInput(field, "a voucher code has 16 letters and digits");
    }
    String code = typed.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
    if (code.length() != LENGTH || code.chars().anyMatch(c -> ALPHABET.indexOf(c) < 0)) {
      throw new InvalidInput(
          field, "a voucher code has 16 letters and digits, such as 7GHK-2MNP-QRST-UVWX");
    }
    if (ALPHABET.charAt(check(code)) != code.charAt(LENGTH - 1)) {
      throw new InvalidInput(field, "the voucher code is mistyped; compare it letter by letter");
    }
    return new VoucherCode(code);
  }

  /** Whether what was typed has the length and the letters of a voucher's code. */
  static boolean looksLikeOne(String typed) {
    String code = typed.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
    return code.length() == LENGTH && code.chars().allMatch(c -> ALPHABET.indexOf(c) >= 0);
  }

  /** For people: {@code 7GHK-2MNP-QRST-UVWX}. */
  String formatted() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < LENGTH; i += GROUP) {
      out.append(i == 0 ? "" : "-").append(text, i, i + GROUP);
    }
    return out.toString();
  }

  private static int check(CharSequence code) {
    int sum = 0;
    for (int i = 0; i < LENGTH - 1; i++) {
      sum += (i + 1) * ALPHABET.indexOf(code.charAt(i));
    }
    return sum % ALPHABET.length();
  }
}
