package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.money.Currency;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as it is now. Immutable.
 *
 * @param priceVersionId the price it was last sold under; a raise that moves running subscriptions
 *     shows here with the next change
 * @param endedAt when it ends or has ended; null while that is not agreed
 * @param suspendedReason why it is suspended, or null
 * @param metadata the embedder's own, not interpreted
 */
public record Subscription(
    UUID id,
    UUID customerId,
    String productCode,
    Map<String, String> options,
    long quantity,
    Currency currency,
    UUID priceVersionId,
    SubscriptionStatus status,
    Instant startedAt,
    Instant trialEnd,
    @Nullable Instant endedAt,
    @Nullable String suspendedReason,
    Map<String, String> metadata) {
  public Subscription {
    options = Map.copyOf(options);
    metadata = Map.copyOf(metadata);
  }
}
