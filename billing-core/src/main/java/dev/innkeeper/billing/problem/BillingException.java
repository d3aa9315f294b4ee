package dev.innkeeper.billing.problem;

/**
 * The engine refuses a request. Nothing of the request took effect. The message is meant for the
 * person who made it, and never holds a secret.
 */
public abstract sealed class BillingException extends RuntimeException
    permits InvalidInput, NotFound, Conflict, NotAllowed {
  private final String code;

  BillingException(String code, String message) {
    super(message);
    this.code = code;
  }

  /** A stable word for programs, such as {@code voucher-expired}; lower case, with hyphens. */
  public final String code() {
    return code;
  }
}
