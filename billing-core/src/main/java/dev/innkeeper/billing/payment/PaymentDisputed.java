package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** The customer disputes a charge with the bank, which has taken the money back for now. */
@EventType("payment.disputed")
public record PaymentDisputed(UUID customerId, UUID paymentId, Amount amount)
    implements BillingEvent {}
