package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff =
      new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5), new Random(7));

  @Test
  void doublesUpToItsLimitAndKeepsHalfForChance() {
    long fullMillis = 1000;
    for (int failures = 1; failures < 70; failures++) {
      long millis = backoff.after(failures).toMillis();
      assertThat(millis).as("after %s", failures).isBetween(fullMillis / 2, fullMillis);
      fullMillis = Math.min(fullMillis * 2, 300_000);
    }
  }

  @Test
  void aThousandThatFailTogetherDoNotComeBackTogether() {
    long distinct =
        java.util.stream.IntStream.range(0, 1000)
            .mapToLong(i -> backoff.after(8).toMillis())
            .distinct()
            .count();
    assertThat(distinct).isGreaterThan(900);
  }
}
