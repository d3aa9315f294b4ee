package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.Map;
import java.util.UUID;

/** A paused or suspended subscription runs again. */
@EventType("subscription.resumed")
public record SubscriptionResumed(
    UUID customerId, UUID subscriptionId, String productCode, Map<String, String> options)
    implements BillingEvent {}
