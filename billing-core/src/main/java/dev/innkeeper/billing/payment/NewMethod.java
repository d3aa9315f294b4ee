package dev.innkeeper.billing.payment;

import org.jspecify.annotations.Nullable;

/**
 * A card to add.
 *
 * @param provider the provider's code
 * @param token what the customer's browser got from the provider (the sandbox takes card numbers);
 *     null to be sent to the provider's own page
 * @param returnUrl where that page sends the customer back to; may be null with a token
 */
public record NewMethod(String provider, @Nullable String token, @Nullable String returnUrl) {
  /** Without the token, which does not belong in a log. */
  @Override
  public String toString() {
    return "NewMethod[" + provider + "]";
  }
}
