package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** Cash was sent to the customer. */
@EventType("payout.sent")
public record PayoutSent(
    UUID customerId, UUID payoutId, Amount amount, String channel, String reference)
    implements BillingEvent {}
