package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** What was left of a voucher's credit is gone. */
@EventType("voucher.expired")
public record VoucherExpired(UUID customerId, UUID redemptionId, Amount amount)
    implements BillingEvent {}
