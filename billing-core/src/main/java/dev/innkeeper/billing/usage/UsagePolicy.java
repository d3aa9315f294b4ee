package dev.innkeeper.billing.usage;

import dev.innkeeper.billing.problem.InvalidInput;
import java.time.Duration;

/**
 * How late usage may come. Immutable.
 *
 * @param cutoff records that start longer ago are refused; younger ones are charged with the next
 *     invoice, whichever period they fall into. 1 hour to 400 days
 * @param clockSkew how far in the future a record may end, for clocks that are not in step
 */
public record UsagePolicy(Duration cutoff, Duration clockSkew) {
  /** Sixty days, and five minutes of skew. */
  public static final UsagePolicy STANDARD =
      new UsagePolicy(Duration.ofDays(60), Duration.ofMinutes(5));

  public UsagePolicy {
    if (cutoff.compareTo(Duration.ofHours(1)) < 0 || cutoff.compareTo(Duration.ofDays(400)) > 0) {
      throw new InvalidInput("usage.cutoff", "must be 1 hour to 400 days");
    }
    if (clockSkew.isNegative() || clockSkew.compareTo(Duration.ofDays(1)) > 0) {
      throw new InvalidInput("usage.clockSkew", "must be 0 to 1 day");
    }
  }
}
