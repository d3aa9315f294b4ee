package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.work.DueWork;
import java.time.Instant;

/** Ends subscriptions whose agreed end has come. Thread-safe. */
public final class SubscriptionEnds implements DueWork {
  private static final int BATCH_MAX = 500;

  private final Subscriptions subscriptions;

  public SubscriptionEnds(Subscriptions subscriptions) {
    this.subscriptions = subscriptions;
  }

  @Override
  public String name() {
    return "subscription-ends";
  }

  @Override
  public int runBatch(Instant now) {
    return subscriptions.endDue(now, BATCH_MAX);
  }
}
