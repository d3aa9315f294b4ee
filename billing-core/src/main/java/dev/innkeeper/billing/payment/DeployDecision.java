package dev.innkeeper.billing.payment;

/** Whether a customer may start something, and why not. */
public sealed interface DeployDecision {
  /** The customer may. */
  record Allowed() implements DeployDecision {}

  /**
   * The customer may not.
   *
   * @param code {@code invoice-overdue} or {@code no-funds}
   * @param message why, and what to do, for the customer
   */
  record Refused(String code, String message) implements DeployDecision {}
}
