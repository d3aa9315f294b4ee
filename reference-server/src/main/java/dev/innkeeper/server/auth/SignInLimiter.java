package dev.innkeeper.server.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
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

  synchronized boolean isBlocked(String who) {
    Window window = current(who);
    return window.failures() >= FAILURES_MAX;
  }

  synchronized void failed(String who) {
    Window window = current(who);
    windows.put(who, new Window(window.from(), window.failures() + 1));
  }

  synchronized void succeeded(String who) {
    windows.remove(who);
  }

  private Window current(String who) {
    Window window = windows.get(who);
    Instant now = clock.instant();
    return window == null || window.from().plus(WINDOW).isBefore(now) ? new Window(now, 0) : window;
  }
}
