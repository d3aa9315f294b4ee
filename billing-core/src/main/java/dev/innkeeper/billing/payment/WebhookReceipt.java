package dev.innkeeper.billing.payment;

/** What became of a webhook. */
public sealed interface WebhookReceipt {
  /**
   * It came from the provider.
   *
   * @param applied how many of its notices were new
   */
  record Accepted(int applied) implements WebhookReceipt {}

  /** It is forged, old, or can't be read; answer 400. */
  record Rejected(String reason) implements WebhookReceipt {}
}
