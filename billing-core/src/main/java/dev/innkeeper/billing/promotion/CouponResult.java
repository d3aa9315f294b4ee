package dev.innkeeper.billing.promotion;

/** What became of redeeming a coupon. */
public sealed interface CouponResult {

  /** Invoices to come are discounted. */
  record Redeemed(CouponRedemption redemption) implements CouponResult {}

  /** Nothing is discounted; {@code message} says why, for the customer. */
  record Refused(Reason reason, String message) implements CouponResult {}

  /** Why a coupon was refused. */
  enum Reason {
    UNKNOWN("There is no voucher or coupon with this code."),
    NOT_YET("The coupon can't be redeemed yet."),
    EXPIRED("The coupon has expired."),
    USED_UP("The coupon was redeemed as often as it could be."),
    USED_BY_YOU("You have redeemed this coupon already."),
    OTHER_CURRENCY("The coupon is for another currency than yours."),
    WITHDRAWN("The coupon was withdrawn."),
    TOO_MANY("You have too many coupons that are not used up; use them first.");

    private final String message;

    Reason(String message) {
      this.message = message;
    }

    Refused refused() {
      return new Refused(this, message);
    }
  }
}
