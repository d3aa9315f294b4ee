package dev.innkeeper.billing.invoice;

import java.time.Duration;

/**
 * How far a billing run is.
 *
 * @param customersDone by this run, on this node
 * @param customersDue when the run began; a customer may be due for several periods
 * @param customersPerSecond since the run began
 * @param left at the rate so far; zero when nothing is left
 */
public record RunProgress(
    long customersDone, long customersDue, long customersPerSecond, Duration left) {

  static RunProgress of(long done, long due, long elapsedNanos) {
    long perSecond = done * 1_000_000_000L / Math.max(1, elapsedNanos);
    long leftMillis = Math.max(0, due - done) * 1_000L / Math.max(1, perSecond);
    return new RunProgress(done, due, perSecond, Duration.ofMillis(leftMillis));
  }
}
