package dev.innkeeper.billing.payment.sandbox;

/** What can be made to go wrong with the next charge, whatever the card. */
public enum SandboxFault {
  /** No fault: the card decides. Keeps the place of a charge that shall go well. */
  NONE,
  /** The request is lost on its way; the caller can't tell. */
  TIMEOUT_BEFORE_CHARGE,
  /** The money is taken, but the answer is lost. */
  TIMEOUT_AFTER_CHARGE,
  /** The money is taken, the answer is lost, and look-ups don't know either until revealed. */
  TIMEOUT_AND_SLOW,
  /** The provider's client fails with an exception before it asks. */
  EXCEPTION,
  /** Declined, for now. */
  SOFT_DECLINE,
  /** Declined for ever. */
  HARD_DECLINE,
  /** The bank wants to hear from the customer. */
  ACTION_REQUIRED
}
