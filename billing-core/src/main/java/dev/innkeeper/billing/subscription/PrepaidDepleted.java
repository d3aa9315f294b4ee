package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.time.Instant;
import java.util.UUID;

/**
 * A customer's prepaid cash of a currency ran out; what it paid for is suspended.
 *
 * @param currency its code
 */
@EventType("prepaid.depleted")
public record PrepaidDepleted(UUID customerId, String currency, Instant depletedAt)
    implements BillingEvent {}
