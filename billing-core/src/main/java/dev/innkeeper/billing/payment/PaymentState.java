package dev.innkeeper.billing.payment;

/** Where an attempt to charge a method stands. */
public enum PaymentState {
  /** Stored; the provider was not asked yet. */
  RECORDED,
  /** The provider is being asked. */
  CALLING,
  /** The provider was asked and it can't be told what came of it; it is being looked up. */
  UNKNOWN,
  /** The bank wants to hear from the customer. */
  ACTION_REQUIRED,
  /** The money is taken and booked. */
  SUCCEEDED,
  /** No money is taken. */
  DECLINED,
  /** Called off before any money was taken. */
  CANCELLED;

  /** Whether nothing is under way any more. */
  public boolean isFinal() {
    return this == SUCCEEDED || this == DECLINED || this == CANCELLED;
  }

  /** Whether money may be moving just now, or may have moved without our knowing. */
  public boolean isInFlight() {
    return this == RECORDED || this == CALLING || this == UNKNOWN;
  }
}
