package dev.innkeeper.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.testing.MutableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignInLimiterTest {
  private static final List<String> ADA = List.of("login ada", "address 1");
  private static final List<String> EVE = List.of("login eve", "address 1");

  private final MutableClock clock = MutableClock.at("2027-01-01T00:00:00Z");
  private final SignInLimiter limiter = new SignInLimiter(clock);

  @Test
  void attemptsCountBeforeTheyAreAnswered() {
    for (int i = 0; i < 10; i++) {
      assertThat(limiter.begin(ADA)).isTrue();
    }
    assertThat(limiter.begin(ADA)).isFalse();
    assertThat(limiter.begin(EVE)).as("from the same address").isFalse();
    clock.advance(Duration.ofMinutes(11));
    assertThat(limiter.begin(ADA)).isTrue();
  }

  @Test
  void whoSignsInRightlyIsNotCounted() {
    for (int i = 0; i < 100; i++) {
      assertThat(limiter.begin(ADA)).isTrue();
      limiter.succeeded(ADA);
    }
  }

  @Test
  void whoKnowsOnePasswordCantGuessAnotherForLonger() {
    for (int i = 0; i < 10; i++) {
      assertThat(limiter.begin(EVE)).isTrue();
      if (i < 9) {
        assertThat(limiter.begin(ADA)).isTrue();
        limiter.succeeded(ADA);
      }
    }
    assertThat(limiter.begin(ADA)).isFalse();
  }
}
