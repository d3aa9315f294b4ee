package dev.innkeeper.billing.payment;

import java.util.UUID;

/** What became of the wish to add a card. */
public sealed interface AddMethodResult {
  /** The card is there; what was open is being settled with it. */
  record Added(PaymentMethod method) implements AddMethodResult {}

  /** The customer enters the card on the provider's page. */
  record Redirect(UUID setUpId, String url) implements AddMethodResult {}

  /**
   * The card is not accepted.
   *
   * @param code a stable word such as {@code card_declined} or {@code card-exists}
   * @param message for the customer
   */
  record Refused(String code, String message) implements AddMethodResult {}
}
