package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** Cash left the wallet, and waits for an operator to send it. */
@EventType("payout.requested")
public record PayoutRequested(UUID customerId, UUID payoutId, Amount amount, String reason)
    implements BillingEvent {}
