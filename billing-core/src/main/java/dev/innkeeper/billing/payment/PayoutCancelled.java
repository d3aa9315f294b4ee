package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** Cash was not sent after all and is back in the wallet. */
@EventType("payout.cancelled")
public record PayoutCancelled(UUID customerId, UUID payoutId, Amount amount)
    implements BillingEvent {}
