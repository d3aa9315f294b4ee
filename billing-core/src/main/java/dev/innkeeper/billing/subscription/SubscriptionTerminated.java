package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.Map;
import java.util.UUID;

/** A subscription ended; what it paid for is to be removed. */
@EventType("subscription.terminated")
public record SubscriptionTerminated(
    UUID customerId, UUID subscriptionId, String productCode, Map<String, String> options)
    implements BillingEvent {}
