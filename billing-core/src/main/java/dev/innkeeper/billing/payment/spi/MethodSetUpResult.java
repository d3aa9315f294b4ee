package dev.innkeeper.billing.payment.spi;

/** What became of the wish to add a card. */
public sealed interface MethodSetUpResult {
  /** The card is verified and can be charged. */
  record Ready(MethodDetails details) implements MethodSetUpResult {}

  /** The customer enters the card on the provider's page; a webhook tells the rest. */
  record Redirect(String reference, String url) implements MethodSetUpResult {}

  /**
   * The card is not accepted.
   *
   * @param code a stable word such as {@code card_declined}
   * @param message for the customer
   */
  record Refused(String code, String message) implements MethodSetUpResult {}
}
