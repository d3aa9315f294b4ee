package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/** A customer's wish for credit was not granted. */
@EventType("voucher.rejected")
public record VoucherRejected(UUID customerId, UUID requestId, String answer)
    implements BillingEvent {}
