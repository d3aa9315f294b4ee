package dev.innkeeper.billing.promotion;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A coupon as it stands. Immutable.
 *
 * @param redemptions how often it was redeemed
 * @param redemptionsMax at most so often; null for any number
 * @param validUntil exclusive; null for ever
 * @param withdrawnAt since when it can't be redeemed any more; null while it can
 */
public record Coupon(
    UUID id,
    String code,
    String name,
    CouponTerms terms,
    int redemptions,
    @Nullable Integer redemptionsMax,
    int redemptionsPerCustomerMax,
    Instant validFrom,
    @Nullable Instant validUntil,
    @Nullable Instant withdrawnAt,
    String createdBy,
    Instant createdAt) {}
