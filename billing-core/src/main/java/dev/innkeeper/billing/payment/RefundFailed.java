package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** Money did not go back to the card; it is in the wallet again. */
@EventType("payment.refund-failed")
public record RefundFailed(
    UUID customerId, UUID paymentId, UUID refundId, Amount amount, String message)
    implements BillingEvent {}
