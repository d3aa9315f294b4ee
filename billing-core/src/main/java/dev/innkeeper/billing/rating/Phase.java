package dev.innkeeper.billing.rating;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a subscription's life in which nothing changed. Instants are whole seconds.
 * Immutable.
 *
 * @param to excluded; null while it has no known end
 * @param priceVersionId the price it began under
 * @param quantity at least 1
 * @param active false while paused or suspended: that time is not charged
 */
public record Phase(
    Instant from, @Nullable Instant to, UUID priceVersionId, long quantity, boolean active) {
  public Phase {
    if (to != null && to.isBefore(from)) {
      throw new IllegalArgumentException("a phase ends before it starts: " + from + " " + to);
    }
    if (quantity < 1) {
      throw new IllegalArgumentException("a phase's quantity is less than 1: " + quantity);
    }
  }

  long fromSecond() {
    return from.getEpochSecond();
  }

  long toSecond() {
    return to == null ? Long.MAX_VALUE : to.getEpochSecond();
  }
}
