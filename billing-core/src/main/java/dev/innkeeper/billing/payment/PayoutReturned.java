package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** Cash that was sent to the customer, or a part of it, came back and is in the wallet. */
@EventType("payout.returned")
public record PayoutReturned(UUID customerId, UUID payoutId, Amount amount)
    implements BillingEvent {}
