package dev.innkeeper.server.provisioning;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: doubled each time up to a limit, and shortened by up to
 * half at random, so that a thousand resources that failed together don't come back together.
 */
record Backoff(Duration first, Duration max, RandomGenerator random) {
  private static final int DOUBLINGS_MAX = 30;

  /**
   * @param failures in a row, from 1
   */
  Duration after(int failures) {
    int doublings = Math.min(Math.max(failures - 1, 0), DOUBLINGS_MAX);
    long fullMillis = Math.min(first.toMillis() << doublings, max.toMillis());
    long halfMillis = fullMillis / 2;
    return Duration.ofMillis(halfMillis + random.nextLong(fullMillis - halfMillis + 1));
  }
}
