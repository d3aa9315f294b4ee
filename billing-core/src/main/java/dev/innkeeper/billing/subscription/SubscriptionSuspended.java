package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.Map;
import java.util.UUID;

/** A subscription was suspended by the house. */
@EventType("subscription.suspended")
public record SubscriptionSuspended(
    UUID customerId, UUID subscriptionId, String productCode, Map<String, String> options)
    implements BillingEvent {}
