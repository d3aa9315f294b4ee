package dev.innkeeper.billing.webhook;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the next try: four times longer each time, a fifth more or less. */
final class RetrySchedule {
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration MAX = Duration.ofHours(8);

  private final RandomGenerator random;

  RetrySchedule(RandomGenerator random) {
    this.random = random;
  }

  /**
   * @param attempts tries so far, at least one
   * @param asked how long the receiver asked to be left alone; zero for nothing
   */
  Duration pause(int attempts, Duration asked) {
    Duration grown = FIRST.multipliedBy(1L << (2 * Math.min(attempts - 1, 10)));
    long millis = (grown.compareTo(MAX) < 0 ? grown : MAX).toMillis();
    // Without the jitter, everybody who failed together would come back together.
    long jittered = millis - millis / 5 + random.nextLong(2 * millis / 5 + 1);
    long askedMillis = Math.min(asked.toMillis(), MAX.toMillis());
    return Duration.ofMillis(Math.max(jittered, askedMillis));
  }
}
