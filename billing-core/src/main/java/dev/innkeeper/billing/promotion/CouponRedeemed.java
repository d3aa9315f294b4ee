package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A customer redeemed a coupon: invoices to come are discounted, charges for time before {@code
 * untilAt} where it is not null.
 */
@EventType("coupon.redeemed")
public record CouponRedeemed(
    UUID customerId,
    UUID redemptionId,
    UUID couponId,
    String code,
    String discount,
    @Nullable Instant untilAt)
    implements BillingEvent {}
