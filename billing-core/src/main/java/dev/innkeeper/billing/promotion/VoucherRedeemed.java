package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A customer redeemed a voucher; {@code expiresAt} is null when the credit stays for ever. */
@EventType("voucher.redeemed")
public record VoucherRedeemed(
    UUID customerId, UUID redemptionId, String batch, Amount amount, @Nullable Instant expiresAt)
    implements BillingEvent {}
