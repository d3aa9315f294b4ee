package dev.innkeeper.billing.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is doing.
 *
 * @param customersWaiting customers with events on their way, counted up to {@link #COUNT_MAX}
 * @param parked events given up on, counted up to {@link #COUNT_MAX}
 * @param oldestDueAt since when the one that waits longest should have been tried; null for none
 * @param last the last try; null before the first, and after the log has forgotten it
 */
public record WebhookStatus(
    int customersWaiting,
    int parked,
    @Nullable Instant oldestDueAt,
    @Nullable WebhookAttempt last) {
  /** Counting ends here. */
  public static final int COUNT_MAX = 1_000;
}
