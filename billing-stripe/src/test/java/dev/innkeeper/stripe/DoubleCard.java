package dev.innkeeper.stripe;

/** Cards of the double's. */
enum DoubleCard {
  GOOD(null, null),
  INSUFFICIENT("insufficient_funds", "try_again_later"),
  GENERIC("generic_decline", null),
  NEVER_AGAIN("generic_decline", "do_not_try_again"),
  STOLEN("stolen_card", null),
  EXPIRED("expired_card", null),
  ASKS(null, null);

  private final String declineCode;
  private final String adviceCode;

  DoubleCard(String declineCode, String adviceCode) {
    this.declineCode = declineCode;
    this.adviceCode = adviceCode;
  }

  String declineCode() {
    return declineCode;
  }

  String adviceCode() {
    return adviceCode;
  }
}
