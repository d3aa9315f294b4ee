package dev.innkeeper.stripe;

import com.stripe.exception.StripeException;

/** How a request to Stripe ended. */
sealed interface Reply<T> {
  /** Stripe did it. */
  record Done<T>(T value) implements Reply<T> {}

  /** Stripe did not do it, and said why. */
  record Refused<T>(StripeException error) implements Reply<T> {
    /** Stripe's word for the reason. */
    String code() {
      String code = error.getCode();
      return code == null ? "http_" + status() : code;
    }

    /** Whether the key to Stripe is at fault, and so says nothing of what was asked for. */
    boolean isOfKey() {
      return status() == 401 || status() == 403;
    }

    int status() {
      Integer status = error.getStatusCode();
      return status == null ? 0 : status;
    }
  }

  /**
   * Nobody can tell.
   *
   * @param keyIsSpent whether the key is of no more use: Stripe itself failed and gives the same
   *     answer to it for a day, or the key came with other parameters before
   */
  record Unclear<T>(String detail, boolean keyIsSpent) implements Reply<T> {}
}
