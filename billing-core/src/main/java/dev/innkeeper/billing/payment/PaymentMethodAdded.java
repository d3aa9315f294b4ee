package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/** A customer added a card. */
@EventType("payment-method.added")
public record PaymentMethodAdded(UUID customerId, UUID methodId, String method)
    implements BillingEvent {}
