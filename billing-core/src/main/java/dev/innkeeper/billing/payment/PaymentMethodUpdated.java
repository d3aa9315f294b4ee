package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/**
 * A card was renewed by its bank: another expiry, and maybe another number.
 *
 * @param expiry the last month in which it can be charged, such as {@code 2030-05}
 */
@EventType("payment-method.updated")
public record PaymentMethodUpdated(UUID customerId, UUID methodId, String method, String expiry)
    implements BillingEvent {}
