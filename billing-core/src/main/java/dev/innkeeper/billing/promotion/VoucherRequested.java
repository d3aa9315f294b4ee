package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** A customer asks for credit; an operator is to answer. */
@EventType("voucher.requested")
public record VoucherRequested(UUID customerId, UUID requestId, Amount amount, String reason)
    implements BillingEvent {}
