package dev.innkeeper.billing.invoice.tax;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Form and check digits of each member state's VAT ids, without the prefix. */
final class VatIdChecks {
  private record Check(Pattern form, Predicate<String> digits) {}

  private static final Map<String, Check> CHECKS = checks();
  private static final String SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

  private VatIdChecks() {}

  static boolean isValid(String prefix, String rest) {
    Check check = CHECKS.get(prefix);
    return check != null && check.form().matcher(rest).matches() && check.digits().test(rest);
  }

  private static Map<String, Check> checks() {
    Map<String, Check> all = new HashMap<>();
    put(all, "AT", "U[0-9]{8}", id -> austria(id.substring(1)));
    put(all, "BE", "[01][0-9]{9}", id -> 97 - number(id, 0, 8) % 97 == number(id, 8, 10));
    put(all, "BG", "[0-9]{9,10}", VatIdChecks::bulgaria);
    put(all, "CY", "[0-9]{8}[A-Z]", VatIdChecks::cyprus);
    put(all, "CZ", "[0-9]{8,10}", VatIdChecks::czechia);
    put(all, "DE", "[1-9][0-9]{8}", VatIdChecks::mod11and10);
    put(all, "DK", "[1-9][0-9]{7}", id -> weighted(id, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0);
    put(
        all,
        "EE",
        "[0-9]{9}",
        id -> tenMinus(weighted(id, 3, 7, 1, 3, 7, 1, 3, 7)) == digit(id, 8));
    put(all, "EL", "[0-9]{9}", id -> greece(id));
    put(all, "ES", "[A-Z0-9][0-9]{7}[A-Z0-9]", VatIdChecks::spain);
    put(all, "FI", "[0-9]{8}", id -> weighted(id, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0);
    put(all, "FR", "[0-9A-HJ-NP-Z]{2}[0-9]{9}", VatIdChecks::france);
    put(all, "HR", "[0-9]{11}", VatIdChecks::mod11and10);
    put(all, "HU", "[0-9]{8}", id -> tenMinus(weighted(id, 9, 7, 3, 1, 9, 7, 3)) == digit(id, 7));
    put(all, "IE", "[0-9][0-9A-Z+*][0-9]{5}[A-W][A-IW]?", VatIdChecks::ireland);
    put(all, "IT", "[0-9]{11}", VatIdChecks::luhn);
    put(all, "LT", "([0-9]{9}|[0-9]{12})", VatIdChecks::lithuania);
    put(all, "LU", "[0-9]{8}", id -> number(id, 0, 6) % 89 == number(id, 6, 8));
    put(all, "LV", "[0-9]{11}", VatIdChecks::latvia);
    put(
        all,
        "MT",
        "[1-9][0-9]{7}",
        id -> 37 - weighted(id, 3, 4, 6, 7, 8, 9) % 37 == number(id, 6, 8));
    put(all, "NL", "[0-9]{9}B[0-9]{2}", VatIdChecks::netherlands);
    put(all, "PL", "[0-9]{10}", id -> weighted(id, 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11 == digit(id, 9));
    put(all, "PT", "[1-9][0-9]{8}", VatIdChecks::portugal);
    put(all, "RO", "[1-9][0-9]{1,9}", VatIdChecks::romania);
    put(all, "SE", "[0-9]{10}(0[1-9]|[1-9][0-9])", id -> luhn(id.substring(0, 10)));
    put(all, "SI", "[1-9][0-9]{7}", VatIdChecks::slovenia);
    put(all, "SK", "[1-9][0-9]{9}", id -> number(id, 0, 10) % 11 == 0);
    return all;
  }

  private static void put(
      Map<String, Check> all, String prefix, String form, Predicate<String> digits) {
    all.put(prefix, new Check(Pattern.compile(form), digits));
  }

  private static int digit(String id, int index) {
    return id.charAt(index) - '0';
  }

  private static long number(String id, int from, int to) {
    return Long.parseLong(id.substring(from, to));
  }

  private static int weighted(String id, int... weights) {
    int sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * digit(id, i);
    }
    return sum;
  }

  private static int tenMinus(int sum) {
    return (10 - sum % 10) % 10;
  }

  private static int digitSum(int twoDigits) {
    return twoDigits / 10 + twoDigits % 10;
  }

  private static boolean luhn(String id) {
    int sum = 0;
    for (int i = 0; i < id.length(); i++) {
      int digit = digit(id, id.length() - 1 - i);
      sum += i % 2 == 0 ? digit : digitSum(2 * digit);
    }
    return sum % 10 == 0;
  }

  /** ISO 7064 MOD 11,10. */
  private static boolean mod11and10(String id) {
    int product = 10;
    for (int i = 0; i < id.length() - 1; i++) {
      int sum = (digit(id, i) + product) % 10;
      product = 2 * (sum == 0 ? 10 : sum) % 11;
    }
    return (11 - product) % 10 == digit(id, id.length() - 1);
  }

  private static boolean austria(String id) {
    int sum = 4;
    for (int i = 0; i < 7; i++) {
      sum += i % 2 == 0 ? digit(id, i) : digitSum(2 * digit(id, i));
    }
    return tenMinus(sum) == digit(id, 7);
  }

  private static boolean bulgaria(String id) {
    if (id.length() == 10) {
      // Ids of persons have several systems of check digits side by side.
      return true;
    }
    int check = weighted(id, 1, 2, 3, 4, 5, 6, 7, 8) % 11;
    if (check == 10) {
      check = weighted(id, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10;
    }
    return check == digit(id, 8);
  }

  private static boolean cyprus(String id) {
    int[] odd = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    int sum = 0;
    for (int i = 0; i < 8; i++) {
      sum += i % 2 == 0 ? odd[digit(id, i)] : digit(id, i);
    }
    return 'A' + sum % 26 == id.charAt(8);
  }

  private static boolean czechia(String id) {
    if (id.length() != 8) {
      // Ids of persons are birth numbers, older ones without a check digit.
      return true;
    }
    int check = 11 - weighted(id, 8, 7, 6, 5, 4, 3, 2) % 11;
    return check % 10 == digit(id, 7);
  }

  private static boolean greece(String id) {
    return weighted(id, 256, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == digit(id, 8);
  }

  private static boolean spain(String id) {
    char first = id.charAt(0);
    char last = id.charAt(8);
    if (first >= '0' && first <= '9') {
      return SPANISH_LETTERS.charAt((int) (number(id, 0, 8) % 23)) == last;
    }
    int foreigner = "XYZ".indexOf(first);
    if (foreigner >= 0) {
      long value = foreigner * 10_000_000L + number(id, 1, 8);
      return SPANISH_LETTERS.charAt((int) (value % 23)) == last;
    }
    if ("KLM".indexOf(first) >= 0) {
      return SPANISH_LETTERS.charAt((int) (number(id, 1, 8) % 23)) == last;
    }
    int sum = 0;
    for (int i = 1; i < 8; i++) {
      sum += i % 2 == 0 ? digit(id, i) : digitSum(2 * digit(id, i));
    }
    int check = tenMinus(sum);
    return "ABCDEFGHJNPQRSUVW".indexOf(first) >= 0
        && (last == '0' + check || last == "JABCDEFGHI".charAt(check));
  }

  private static boolean france(String id) {
    String siren = id.substring(2);
    boolean numericKey = id.substring(0, 2).chars().allMatch(c -> c >= '0' && c <= '9');
    if (numericKey && (12 + 3 * (number(siren, 0, 9) % 97)) % 97 != number(id, 0, 2)) {
      return false;
    }
    // Ids of Monaco begin with 000 and are no SIREN.
    return siren.startsWith("000") || luhn(siren);
  }

  private static boolean ireland(String id) {
    String digits = id;
    char check = id.charAt(7);
    if (id.charAt(1) < '0' || id.charAt(1) > '9') {
      if (id.length() != 8) {
        return false;
      }
      digits = "0" + id.substring(2, 7) + id.charAt(0);
    }
    int sum = weighted(digits, 8, 7, 6, 5, 4, 3, 2);
    if (id.length() == 9 && id.charAt(8) != 'W') {
      sum += 9 * (id.charAt(8) - 'A' + 1);
    }
    return "WABCDEFGHIJKLMNOPQRSTUV".charAt(sum % 23) == check;
  }

  private static boolean lithuania(String id) {
    boolean legal = id.length() == 9;
    int check =
        legal
            ? weighted(id, 1, 2, 3, 4, 5, 6, 7, 8) % 11
            : weighted(id, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2) % 11;
    if (check == 10) {
      check =
          legal
              ? weighted(id, 3, 4, 5, 6, 7, 8, 9, 1) % 11
              : weighted(id, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4) % 11;
    }
    return check % 10 == digit(id, id.length() - 1);
  }

  private static boolean latvia(String id) {
    if (id.charAt(0) <= '3') {
      // Ids of persons: the newer ones carry no date and no check digit.
      return true;
    }
    int check = 3 - weighted(id, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6) % 11;
    return (check < -1 ? check + 11 : check) == digit(id, 10);
  }

  private static boolean netherlands(String id) {
    if (weighted(id, 9, 8, 7, 6, 5, 4, 3, 2) % 11 == digit(id, 8)) {
      return true;
    }
    // Sole traders: the whole id, its letters as numbers from A = 10, is 1 modulo 97.
    long value = 2321L;
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      value = c == 'B' ? value * 100 + 11 : value * 10 + (c - '0');
      value %= 97;
    }
    return value == 1;
  }

  private static boolean portugal(String id) {
    int check = 11 - weighted(id, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
    return (check >= 10 ? 0 : check) == digit(id, 8);
  }

  private static boolean romania(String id) {
    String padded = "0".repeat(10 - id.length()) + id;
    return weighted(padded, 7, 5, 3, 2, 1, 7, 5, 3, 2) * 10 % 11 % 10 == digit(padded, 9);
  }

  private static boolean slovenia(String id) {
    int check = 11 - weighted(id, 8, 7, 6, 5, 4, 3, 2) % 11;
    return check != 11 && check % 10 == digit(id, 7);
  }
}
