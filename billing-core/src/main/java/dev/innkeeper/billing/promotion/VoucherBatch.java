package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Vouchers that were issued together.
 *
 * @param used how many uses of its codes there were
 */
public record VoucherBatch(
    UUID id,
    String name,
    Amount amount,
    int codes,
    int usesMax,
    int usesPerCustomerMax,
    @Nullable Instant redeemUntil,
    @Nullable Integer creditDays,
    String issuedBy,
    Instant issuedAt,
    long used) {}
