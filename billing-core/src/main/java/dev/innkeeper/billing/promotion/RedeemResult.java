package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What became of redeeming a voucher. */
public sealed interface RedeemResult {
  /**
   * The credit is in the wallet, and what was open is settled with it.
   *
   * @param expiresAt when what is left of it will be gone; null for never
   */
  record Redeemed(Amount amount, @Nullable Instant expiresAt) implements RedeemResult {}

  /** No credit was given; {@code message} says why, for the customer. */
  record Refused(Reason reason, String message) implements RedeemResult {}

  /** Why a voucher was refused. */
  enum Reason {
    UNKNOWN("There is no voucher with this code."),
    EXPIRED("The voucher has expired."),
    USED_UP("The voucher is used up."),
    USED_BY_YOU("You have used this voucher already."),
    OTHER_CURRENCY("The voucher is for another currency than yours."),
    DISABLED("The voucher was withdrawn.");

    private final String message;

    Reason(String message) {
      this.message = message;
    }

    Refused refused() {
      return new Refused(this, message);
    }
  }
}
