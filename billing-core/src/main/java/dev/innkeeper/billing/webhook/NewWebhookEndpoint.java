package dev.innkeeper.billing.webhook;

import java.util.List;

/**
 * Where events are to be sent, and which.
 *
 * @param url absolute; https, or http where {@link WebhookTargets#ANYWHERE} allows it
 * @param eventTypes such as {@code invoice.paid} or {@code invoice.*}; empty for every type
 * @param description for people, up to 200 characters
 */
public record NewWebhookEndpoint(String url, List<String> eventTypes, String description) {
  public NewWebhookEndpoint {
    eventTypes = List.copyOf(eventTypes);
  }

  /** Every event, to this address. */
  public static NewWebhookEndpoint of(String url) {
    return new NewWebhookEndpoint(url, List.of(), "");
  }

  public NewWebhookEndpoint withEventTypes(List<String> types) {
    return new NewWebhookEndpoint(url, types, description);
  }

  public NewWebhookEndpoint withDescription(String text) {
    return new NewWebhookEndpoint(url, eventTypes, text);
  }
}
