package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A coupon that a customer redeemed.
 *
 * @param untilAt charges for time that begins before it are discounted; null without end
 * @param invoices on how many invoices it took something off; those that were voided don't count
 * @param endedAt when it was used up; null while it can take off more
 * @param takenOff what it took off so far, one amount a currency
 */
public record CouponRedemption(
    UUID customerId,
    UUID id,
    Coupon coupon,
    Instant redeemedAt,
    Instant fromAt,
    @Nullable Instant untilAt,
    int invoices,
    @Nullable Instant endedAt,
    List<Amount> takenOff) {
  public CouponRedemption {
    takenOff = List.copyOf(takenOff);
  }
}
