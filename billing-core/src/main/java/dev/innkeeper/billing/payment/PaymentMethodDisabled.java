package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/** A card will not be charged any more; the code says why, such as {@code stolen_card}. */
@EventType("payment-method.disabled")
public record PaymentMethodDisabled(UUID customerId, UUID methodId, String method, String code)
    implements BillingEvent {}
