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

    int status() {
      Integer status = error.getStatusCode();
      return status == null ? 0 : status;
    }
  }

  /**
   * Nobody can tell.
   *
   * @param serverFailed whether Stripe itself failed: it then gives the same answer to the same key
   *     for a day
   */
  record Unclear<T>(String detail, boolean serverFailed) implements Reply<T> {}
}
