package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.payment.PaymentCore;
import dev.innkeeper.billing.problem.InvalidInput;
import java.util.Locale;
import java.util.UUID;

/** Redeems what a customer typed, be it a voucher's code or a coupon's. Thread-safe. */
public final class RedeemableCodes {
  private static final int TYPED_LENGTH_MAX = 100;

  private final Commands commands;
  private final Vouchers vouchers;
  private final Coupons coupons;

  public RedeemableCodes(PaymentCore core, Vouchers vouchers, Coupons coupons) {
    this.commands = core.commands();
    this.vouchers = vouchers;
    this.coupons = coupons;
  }

  /** What became of a code. */
  public sealed interface Outcome {

    /** Credit is in the wallet. */
    record Credit(RedeemResult.Redeemed voucher) implements Outcome {}

    /** Invoices to come are discounted. */
    record Discount(CouponRedemption redemption) implements Outcome {}

    /**
     * Nothing happened.
     *
     * @param code a stable word such as {@code voucher-expired}
     * @param message why, for the customer
     */
    record Refused(String code, String message) implements Outcome {}
  }

  /**
   * Redeems a code.
   *
   * @param typed as a person typed it
   * @param key a repeat with the same key and content gives the first outcome
   * @throws InvalidInput when it is empty or too long, or a voucher's code with a slip in it
   * @throws dev.innkeeper.billing.problem.Conflict when the key was used for another code
   * @throws dev.innkeeper.billing.problem.NotFound when there is no such customer
   */
  public Outcome redeem(UUID customerId, String typed, String key) {
    if (typed.isBlank() || typed.length() > TYPED_LENGTH_MAX) {
      throw new InvalidInput("code", "must have 1 to " + TYPED_LENGTH_MAX + " characters");
    }
    // Vouchers and coupons keep their keys apart: one key must not redeem one of each.
    commands.once(
        customerId,
        "code.redeem:" + key,
        NewCoupon.normalized(typed),
        Boolean.class,
        () -> Boolean.TRUE);
    if (VoucherCode.looksLikeOne(typed)) {
      RedeemResult result = vouchers.redeem(customerId, typed, key);
      return result instanceof RedeemResult.Redeemed redeemed
          ? new Outcome.Credit(redeemed)
          : refused((RedeemResult.Refused) result);
    }
    CouponResult result = coupons.redeem(customerId, typed, key);
    return result instanceof CouponResult.Redeemed redeemed
        ? new Outcome.Discount(redeemed.redemption())
        : refused((CouponResult.Refused) result);
  }

  private static Outcome refused(RedeemResult.Refused refused) {
    return new Outcome.Refused("voucher-" + word(refused.reason()), refused.message());
  }

  private static Outcome refused(CouponResult.Refused refused) {
    return new Outcome.Refused("coupon-" + word(refused.reason()), refused.message());
  }

  private static String word(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
