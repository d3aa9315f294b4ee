package dev.innkeeper.billing.subscription;

/** When a cancelled subscription ends. */
public enum CancelAt {
  /** At once; what was charged in advance for the time to come is given back. */
  NOW,
  /** With the customer's current billing period. */
  PERIOD_END
}
