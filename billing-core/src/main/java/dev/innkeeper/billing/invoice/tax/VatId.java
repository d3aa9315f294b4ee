package dev.innkeeper.billing.invoice.tax;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.Locale;
import java.util.Optional;

/**
 * A VAT id of an EU member state whose form and check digits are right. That it was ever issued,
 * and to whom, only the member state knows.
 *
 * @param country ISO 3166-1 alpha-2: Greece is {@code GR}, though its ids begin with EL
 * @param value upper case, without spaces, with the prefix
 */
public record VatId(String country, String value) {

  /** Reads an id as people write it; empty when its form or its check digits are wrong. */
  public static Optional<VatId> parse(String text) {
    String value = text.replaceAll("[ .\\-]", "").toUpperCase(Locale.ROOT);
    if (value.length() < 4 || value.length() > 14) {
      return Optional.empty();
    }
    String prefix = value.substring(0, 2);
    if (!VatIdChecks.isValid(prefix, value.substring(2))) {
      return Optional.empty();
    }
    return Optional.of(new VatId(prefix.equals("EL") ? "GR" : prefix, value));
  }

  /**
   * Reads an id that must be right.
   *
   * @param field the name that an error gives the value
   * @throws InvalidInput when the form or the check digits are wrong
   */
  public static VatId require(String field, String text) {
    return parse(text)
        .orElseThrow(
            () ->
                new InvalidInput(
                    field,
                    "is no VAT id of an EU member state: its form or its check digits are wrong;"
                        + " compare it with the certificate, it looks like DE136695976"));
  }
}
