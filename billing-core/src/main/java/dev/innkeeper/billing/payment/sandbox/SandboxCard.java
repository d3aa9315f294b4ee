package dev.innkeeper.billing.payment.sandbox;

import dev.innkeeper.billing.payment.spi.ChargeResult.DeclineKind;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The numbers everybody tests with, and what they do. */
enum SandboxCard {
  VISA("4242424242424242", "visa", Behaviour.SUCCEEDS, null),
  VISA_DEBIT("4000056655665556", "visa", Behaviour.SUCCEEDS, null),
  MASTERCARD("5555555555554444", "mastercard", Behaviour.SUCCEEDS, null),
  AMEX("378282246310005", "amex", Behaviour.SUCCEEDS, null),
  DECLINED("4000000000000002", "visa", Behaviour.REFUSED_AT_SET_UP, "card_declined"),
  INSUFFICIENT_FUNDS("4000000000009995", "visa", Behaviour.REFUSED_AT_SET_UP, "insufficient_funds"),
  LOST("4000000000009987", "visa", Behaviour.REFUSED_AT_SET_UP, "lost_card"),
  STOLEN("4000000000009979", "visa", Behaviour.REFUSED_AT_SET_UP, "stolen_card"),
  EXPIRED("4000000000000069", "visa", Behaviour.REFUSED_AT_SET_UP, "expired_card"),
  WRONG_CVC("4000000000000127", "visa", Behaviour.REFUSED_AT_SET_UP, "incorrect_cvc"),
  PROCESSING_ERROR("4000000000000119", "visa", Behaviour.REFUSED_AT_SET_UP, "processing_error"),
  DECLINED_WHEN_CHARGED("4000000000000341", "visa", Behaviour.SOFT_DECLINE, "card_declined"),
  ASKS_ONCE("4000002500003155", "visa", Behaviour.ASKS_FIRST_TIME, "authentication_required"),
  ASKS_ALWAYS("4000002760003184", "visa", Behaviour.ASKS, "authentication_required"),
  ASKS_3DS2("4000000000003220", "visa", Behaviour.ASKS, "authentication_required"),
  DISPUTED("4000000000000259", "visa", Behaviour.DISPUTED_LATER, null);

  /** What a card does when it is charged. */
  enum Behaviour {
    SUCCEEDS,
    REFUSED_AT_SET_UP,
    SOFT_DECLINE,
    ASKS_FIRST_TIME,
    ASKS,
    DISPUTED_LATER
  }

  private final String number;
  private final String brand;
  private final Behaviour behaviour;
  private final @Nullable String code;

  SandboxCard(String number, String brand, Behaviour behaviour, @Nullable String code) {
    this.number = number;
    this.brand = brand;
    this.behaviour = behaviour;
    this.code = code;
  }

  static Optional<SandboxCard> of(String number) {
    return Arrays.stream(values()).filter(card -> card.number.equals(number)).findFirst();
  }

  String brand() {
    return brand;
  }

  Behaviour behaviour() {
    return behaviour;
  }

  /** The word the card's declines carry. */
  String code() {
    return code == null ? "card_declined" : code;
  }

  static DeclineKind kindOf(String code) {
    return switch (code) {
      case "lost_card", "stolen_card", "expired_card", "card_closed" -> DeclineKind.HARD;
      default -> DeclineKind.SOFT;
    };
  }

  static String messageOf(String code) {
    return switch (code) {
      case "insufficient_funds" -> "The card has not enough money.";
      case "lost_card", "stolen_card" -> "The card was reported lost or stolen.";
      case "expired_card" -> "The card has expired.";
      case "incorrect_cvc" -> "The card's security code is wrong.";
      case "processing_error" -> "The card could not be processed. Try again later.";
      default -> "The card was declined.";
    };
  }
}
