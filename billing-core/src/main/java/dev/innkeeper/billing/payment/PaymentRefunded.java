package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** Money went back to the card it came from. */
@EventType("payment.refunded")
public record PaymentRefunded(UUID customerId, UUID paymentId, UUID refundId, Amount amount)
    implements BillingEvent {}
