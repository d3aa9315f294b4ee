package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** The wallet holds less than the customer wants it to. */
@EventType("wallet.low")
public record WalletLow(UUID customerId, Amount available, Amount threshold)
    implements BillingEvent {}
