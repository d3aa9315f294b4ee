package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.catalog.Meter;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.time.Interval;
import java.util.List;
import java.util.UUID;

/**
 * A metered component within a billing period: what has to be counted before it can be charged.
 * Immutable.
 *
 * @param windows when records count, in order; time of a trial is left out
 * @param activeSeconds of the windows, without pauses: the part of the period that included
 *     quantity and minimum are for
 */
public record UsageJob(
    UUID customerId,
    UUID subscriptionId,
    long period,
    PriceVersion price,
    PriceComponent component,
    Meter meter,
    List<Interval> windows,
    long activeSeconds,
    long periodSeconds) {
  public UsageJob {
    windows = List.copyOf(windows);
  }
}
