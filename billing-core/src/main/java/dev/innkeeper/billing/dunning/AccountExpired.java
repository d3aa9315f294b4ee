package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.List;
import java.util.UUID;

/** Nobody paid in time: the subscriptions were terminated. */
@EventType("account.expired")
public record AccountExpired(UUID customerId, List<UUID> subscriptionIds) implements BillingEvent {}
