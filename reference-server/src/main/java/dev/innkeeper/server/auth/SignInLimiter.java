package dev.innkeeper.server.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts failed sign-ins by address and by login, in windows of ten minutes, for the last 10,000 of
 * them. It counts on this node only. Thread-safe.
 */
final class SignInLimiter {
  static final int FAILURES_MAX = 10;
  private static final int ENTRIES_MAX = 10_000;
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private final Clock clock;

  @SuppressWarnings("serial")
  private final Map<String, Window> windows =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
          return size() > ENTRIES_MAX;
        }
      };

  private record Window(Instant from, int failures) {}

  SignInLimiter(Clock clock) {
    this.clock = clock;
  }

  /**
   * Counts an attempt as failed before it is looked at, so that many at once are no way around.
   *
   * @param who all that the attempt counts for
   * @return false when there were too many for one of them already; it is not counted then
   */
  synchronized boolean begin(List<String> who) {
    for (String each : who) {
      if (current(each).failures() >= FAILURES_MAX) {
        return false;
      }
    }
    who.forEach(each -> add(each, 1));
    return true;
  }

  /** Takes an attempt back that was right; the first of those it counted for starts anew. */
  synchronized void succeeded(List<String> who) {
    windows.remove(who.get(0));
    who.stream().skip(1).forEach(each -> add(each, -1));
  }

  private void add(String who, int failures) {
    Window window = current(who);
    windows.put(who, new Window(window.from(), Math.max(0, window.failures() + failures)));
  }

  private Window current(String who) {
    Window window = windows.get(who);
    Instant now = clock.instant();
    return window == null || window.from().plus(WINDOW).isBefore(now) ? new Window(now, 0) : window;
  }
}
