package dev.innkeeper.billing.usage;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells when subscriptions live; kept by those who know subscriptions. */
public interface SubscriptionLives {
  /**
   * One life.
   *
   * @param end null while it has no known end
   * @param priceVersionId the price it has now, or had last
   */
  record Lived(UUID customerId, Instant start, @Nullable Instant end, UUID priceVersionId) {}

  /** A subscription as a record names it. */
  record Named(UUID customerId, UUID subscriptionId) {}

  /** The lives of those subscriptions that exist and are the customer's, by subscription. */
  Map<UUID, Lived> of(Set<Named> subscriptions);

  /**
   * Locks the customers, whose subscriptions may have ended, and makes sure they are billed again.
   */
  void becomeDue(Set<UUID> customerIds);

  /**
   * New usage of these customers' prepaid subscriptions is stored: it is drawn with the next tick,
   * even of what has ended.
   */
  void used(Set<UUID> customerIds);
}
