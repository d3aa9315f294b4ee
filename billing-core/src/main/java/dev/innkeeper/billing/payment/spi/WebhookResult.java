package dev.innkeeper.billing.payment.spi;

import java.util.List;

/** What came of reading a webhook. */
public sealed interface WebhookResult {
  /** The provider sent it, lately. */
  record Accepted(List<ProviderNotice> notices) implements WebhookResult {
    public Accepted {
      notices = List.copyOf(notices);
    }
  }

  /**
   * It is forged, too old, from the future, or can't be read.
   *
   * @param reason for the operator's log; holds nothing secret
   */
  record Rejected(String reason) implements WebhookResult {}
}
