package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/**
 * A card can't be charged any more soon.
 *
 * @param card for people, such as {@code visa …4242}
 * @param expiry the last month in which it can be, such as {@code 2027-05}
 */
@EventType("payment-method.expiring")
public record PaymentMethodExpiring(UUID customerId, UUID methodId, String card, String expiry)
    implements BillingEvent {}
