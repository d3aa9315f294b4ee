package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.subscription.SubscriptionStatus;

/** What a subscription entitles to now. */
public enum DesiredState {
  RUNNING,
  /** Not running, its data kept: not paid for, or paused by its owner and so not charged. */
  SUSPENDED,
  ABSENT;

  static DesiredState of(SubscriptionStatus status) {
    return switch (status) {
      case ACTIVE -> RUNNING;
      case PAUSED, SUSPENDED -> SUSPENDED;
      case ENDED -> ABSENT;
    };
  }
}
