package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a wallet will go on if nothing changes. Immutable.
 *
 * @param points in time order, the first one now; never below zero
 * @param depletesAt when nothing is left; null when that is not in sight
 */
public record Outlook(List<Point> points, @Nullable Instant depletesAt) {
  /** What is left at a moment, once all is paid that was used until then. */
  public record Point(Instant at, Amount left) {}

  public Outlook {
    points = List.copyOf(points);
  }
}
