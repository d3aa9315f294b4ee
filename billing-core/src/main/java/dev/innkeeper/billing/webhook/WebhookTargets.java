package dev.innkeeper.billing.webhook;

/** Where webhooks may be sent. */
public enum WebhookTargets {
  /**
   * Only to public addresses, and only over TLS: whoever may add an endpoint can't reach what is
   * behind the firewall.
   */
  PUBLIC,
  /** Anywhere, plain HTTP too: for trials, and where only operators add endpoints. */
  ANYWHERE
}
