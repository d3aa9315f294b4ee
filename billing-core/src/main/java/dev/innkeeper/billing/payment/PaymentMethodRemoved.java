package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/** A card is gone. */
@EventType("payment-method.removed")
public record PaymentMethodRemoved(UUID customerId, UUID methodId, String method)
    implements BillingEvent {}
