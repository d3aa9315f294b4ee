package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.Map;
import java.util.UUID;

/** A subscription was paused by its customer. */
@EventType("subscription.paused")
public record SubscriptionPaused(
    UUID customerId, UUID subscriptionId, String productCode, Map<String, String> options)
    implements BillingEvent {}
