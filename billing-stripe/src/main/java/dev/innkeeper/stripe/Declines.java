package dev.innkeeper.stripe;

import com.stripe.model.StripeError;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.ChargeResult.DeclineKind;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a decline means: whether the card is worth another try, and what to tell the customer. */
final class Declines {
  static final String ASKS_CUSTOMER = "authentication_required";
  private static final Set<String> ASKS = Set.of(ASKS_CUSTOMER, "authentication_not_handled");

  /** Bank and network say with these that the card will never work again. */
  private static final Set<String> HARD =
      Set.of(
          "card_not_supported",
          "expired_card",
          "fraudulent",
          "incorrect_number",
          "invalid_account",
          "invalid_expiry_month",
          "invalid_expiry_year",
          "invalid_number",
          "lost_card",
          "new_account_information_available",
          "pickup_card",
          "restricted_card",
          "revocation_of_all_authorizations",
          "revocation_of_authorization",
          "stolen_card",
          "stop_payment_order");

  private static final Set<String> HARD_ADVICE = Set.of("do_not_try_again", "confirm_card_data");

  private Declines() {}

  static ChargeResult.Declined of(@Nullable String reference, StripeError error) {
    String code = codeOf(error);
    boolean hard =
        HARD.contains(code)
            || (error.getAdviceCode() != null && HARD_ADVICE.contains(error.getAdviceCode()));
    return new ChargeResult.Declined(
        reference, hard ? DeclineKind.HARD : DeclineKind.SOFT, code, message(code));
  }

  static ChargeResult.Declined soft(@Nullable String reference, String code) {
    return new ChargeResult.Declined(reference, DeclineKind.SOFT, code, message(code));
  }

  /** Whether the bank refuses to go on without the customer. */
  static boolean asksCustomer(@Nullable StripeError error) {
    return error != null && (ASKS.contains(codeOf(error)) || ASKS.contains("" + error.getCode()));
  }

  private static String codeOf(StripeError error) {
    if (error.getDeclineCode() != null) {
      return error.getDeclineCode();
    }
    return error.getCode() == null ? "card_declined" : error.getCode();
  }

  /** Says no more of stolen cards and suspected fraud than banks want said: nothing. */
  private static String message(String code) {
    return switch (code) {
      case "insufficient_funds" -> "The card has not enough money.";
      case "expired_card", "invalid_expiry_month", "invalid_expiry_year" -> "The card has expired.";
      case "incorrect_cvc", "invalid_cvc" -> "The card's security code is wrong.";
      case "payment_intent_authentication_failure" ->
          "Your bank did not confirm that it was you who paid.";
      case "cancelled" -> "The payment was called off.";
      case "page_expired" -> "The page to pay on has expired.";
      case "amount_not_chargeable" -> "Cards can't be charged this very amount.";
      case "card_gone" -> "The card is no longer there. Add it again.";
      case "processing_error", "try_again_later", "issuer_not_available" ->
          "The card could not be processed. Try again later.";
      default -> "The card was declined.";
    };
  }
}
