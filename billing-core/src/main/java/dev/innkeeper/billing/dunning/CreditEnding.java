package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;

/** What is in the wallet will have been used up at {@code at} by what runs. */
@EventType("wallet.ending")
public record CreditEnding(UUID customerId, Amount available, Instant at) implements BillingEvent {}
