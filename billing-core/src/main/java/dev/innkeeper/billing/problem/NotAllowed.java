package dev.innkeeper.billing.problem;

/** The request is well formed, but the state of things does not allow it now. */
public final class NotAllowed extends BillingException {
  /**
   * @param code a stable word, such as {@code invoice-already-paid}
   * @param message why, and what to do instead
   */
  public NotAllowed(String code, String message) {
    super(code, message);
  }
}
