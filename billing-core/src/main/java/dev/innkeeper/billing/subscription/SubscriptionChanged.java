package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.Map;
import java.util.UUID;

/** Product, options or quantity of a subscription changed. */
@EventType("subscription.changed")
public record SubscriptionChanged(
    UUID customerId, UUID subscriptionId, String productCode, Map<String, String> options)
    implements BillingEvent {}
