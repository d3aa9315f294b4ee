package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A customer's wish for credit was granted; the credit is in the wallet. */
@EventType("voucher.approved")
public record VoucherApproved(
    UUID customerId, UUID requestId, Amount amount, @Nullable String answer)
    implements BillingEvent {}
