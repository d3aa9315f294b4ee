package dev.innkeeper.server.runtime;

import dev.innkeeper.billing.audit.WorkHealth;
import dev.innkeeper.billing.audit.WorkHealth.KindHealth;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Judges whether due work is being done, on any node. Not looked at for five minutes, or three
 * times the pause between looks where that is longer, it is stale: nothing expires, nobody is
 * reminded. Looked at, but with something waiting for more than an hour, it is late. Thread-safe.
 */
public final class Readiness {
  private static final Duration STALE_MIN = Duration.ofMinutes(5);
  private static final Duration LATE_AFTER = Duration.ofHours(1);

  private final WorkHealth health;
  private final Duration staleAfter;

  /**
   * What was found.
   *
   * @param stale kinds that nobody looks at
   * @param late kinds with something that waits for long
   */
  public record Report(List<KindHealth> kinds, List<String> stale, List<String> late) {
    public boolean isStale() {
      return !stale.isEmpty();
    }

    /** {@code ok}, {@code late} or {@code stale}. */
    public String status() {
      return isStale() ? "stale" : late.isEmpty() ? "ok" : "late";
    }
  }

  public Readiness(Services services) {
    this.health = services.engine().workHealth();
    Duration threeLooks = services.config().workInterval().multipliedBy(3);
    this.staleAfter = threeLooks.compareTo(STALE_MIN) > 0 ? threeLooks : STALE_MIN;
  }

  public Report read() {
    List<KindHealth> kinds = health.read();
    Instant now = health.wallNow();
    return new Report(
        kinds,
        kinds.stream().filter(k -> k.isStale(now, staleAfter)).map(KindHealth::kind).toList(),
        kinds.stream()
            .filter(k -> k.late().compareTo(LATE_AFTER) > 0)
            .map(KindHealth::kind)
            .toList());
  }
}
