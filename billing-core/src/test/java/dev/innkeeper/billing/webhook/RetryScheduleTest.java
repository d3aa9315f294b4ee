package dev.innkeeper.billing.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
  @Property(tries = 200)
  void growsFourfoldUpToEightHoursAFifthMoreOrLess(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 50) int attempts) {
    long plain = 5_000;
    for (int i = 1; i < attempts && plain < 28_800_000; i++) {
      plain = Math.min(plain * 4, 28_800_000);
    }
    Duration pause = new RetrySchedule(new Random(seed)).pause(attempts, Duration.ZERO);
    assertThat(pause.toMillis()).isBetween(plain - plain / 5, plain + plain / 5);
  }

  @Property(tries = 100)
  void whoAsksForMoreTimeGetsItUpToEightHours(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 999_999) int seconds) {
    Duration pause = new RetrySchedule(new Random(seed)).pause(1, Duration.ofSeconds(seconds));
    assertThat(pause).isGreaterThanOrEqualTo(Duration.ofSeconds(Math.min(seconds, 28_800)));
    assertThat(pause)
        .isLessThanOrEqualTo(Duration.ofSeconds(Math.max(6, Math.min(seconds, 28_800))));
  }

  @Test
  void thoseWhoFailTogetherComeBackApart() {
    RetrySchedule schedule = new RetrySchedule(new Random(1));
    Set<Duration> pauses = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      pauses.add(schedule.pause(3, Duration.ZERO));
    }
    assertThat(pauses).hasSizeGreaterThan(80);
  }
}
