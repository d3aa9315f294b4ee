package dev.innkeeper.stripe;

import java.util.Arrays;
import java.util.Optional;

/** Cards of the double's, by the numbers that Stripe's test mode knows. */
public enum DoubleCard {
  GOOD("4242424242424242", null, null),
  ANOTHER_GOOD("5555555555554444", null, null),
  INSUFFICIENT("4000000000009995", "insufficient_funds", "try_again_later"),
  /** Taken when it is entered, declined when it is charged. */
  GENERIC("4000000000000341", "generic_decline", null),
  NEVER_AGAIN("4000000000000002", "generic_decline", "do_not_try_again"),
  STOLEN("4000000000009979", "stolen_card", null),
  EXPIRED("4000000000000069", "expired_card", null),
  ASKS("4000002760003184", null, null);

  private final String number;
  private final String declineCode;
  private final String adviceCode;

  DoubleCard(String number, String declineCode, String adviceCode) {
    this.number = number;
    this.declineCode = declineCode;
    this.adviceCode = adviceCode;
  }

  static Optional<DoubleCard> of(String typed) {
    String digits = typed.replaceAll("[^0-9]", "");
    return Arrays.stream(values()).filter(card -> card.number.equals(digits)).findFirst();
  }

  /** By the names under which Stripe's test mode has them ready. */
  static DoubleCard ofTestMethod(String name) {
    return switch (name) {
      case "pm_card_visa" -> GOOD;
      case "pm_card_chargeCustomerFail" -> GENERIC;
      case "pm_card_authenticationRequired" -> ASKS;
      default -> throw StripeBooks.Problem.missing(name);
    };
  }

  public String number() {
    return number;
  }

  String last4() {
    return number.substring(number.length() - 4);
  }

  String brand() {
    return number.startsWith("5") ? "mastercard" : "visa";
  }

  String declineCode() {
    return declineCode;
  }

  String adviceCode() {
    return adviceCode;
  }
}
