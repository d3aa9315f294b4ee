package dev.innkeeper.billing.subscription;

/** What a subscription is doing now. */
public enum SubscriptionStatus {
  ACTIVE,
  /** By the customer's wish; not charged. */
  PAUSED,
  /** By the house, for instance for want of payment; not charged. */
  SUSPENDED,
  ENDED
}
