package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** Cash was added to the wallet. */
@EventType("wallet.topped-up")
public record WalletToppedUp(UUID customerId, UUID paymentId, Amount amount)
    implements BillingEvent {}
