package dev.innkeeper.billing.problem;

/** An idempotency key was used before with other content, or a unique thing exists already. */
public final class Conflict extends BillingException {
  public Conflict(String code, String message) {
    super(code, message);
  }
}
