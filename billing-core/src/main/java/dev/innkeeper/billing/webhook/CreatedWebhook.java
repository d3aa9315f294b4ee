package dev.innkeeper.billing.webhook;

import org.jspecify.annotations.Nullable;

/**
 * An endpoint with a new secret.
 *
 * @param secret {@code whsec_…}; shown this once, and null when the command is a repeat
 */
public record CreatedWebhook(WebhookEndpoint endpoint, @Nullable String secret) {
  /** Without the secret, which belongs in no log. */
  @Override
  public String toString() {
    return "CreatedWebhook[" + endpoint + "]";
  }
}
