package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/**
 * A dispute is over; {@code outcome} is {@code won} when the money is ours again, else {@code
 * lost}.
 */
@EventType("payment.dispute-closed")
public record DisputeClosed(UUID customerId, UUID paymentId, Amount amount, String outcome)
    implements BillingEvent {}
