package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.problem.InvalidInput;

/**
 * A page of a provider's, where the customer enters how to pay.
 *
 * @param provider the provider's code; it needs the capability {@code PAGE_CHARGE}
 * @param returnUrl where the page sends the customer back to, paid or not
 */
public record PayPage(String provider, String returnUrl) {
  private static final int URL_LENGTH_MAX = 1_000;

  public PayPage {
    if (!returnUrl.matches("https?://[^\\s]+") || returnUrl.length() > URL_LENGTH_MAX) {
      throw new InvalidInput(
          "returnUrl", "must be an address such as https://billing.example.org/");
    }
  }
}
