package dev.innkeeper.stripe;

import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How old a request of the engine's is, and what that allows. Immutable. */
final class Ages {
  /** Stripe keeps keys for a day; an hour is left for clocks and for requests under way. */
  static final Duration WINDOW = Duration.ofHours(23);

  private static final Duration KEYS_KEPT = Duration.ofHours(24);

  /** Longer than any request lives, here or on its way. */
  private static final Duration UNDER_WAY = Duration.ofMinutes(2);

  private static final long CALL_MILLIS_MAX = 28_000;

  private final Clock clock;

  Ages(Clock clock) {
    this.clock = clock;
  }

  Deadline deadline() {
    return Deadline.in(CALL_MILLIS_MAX);
  }

  boolean isBeyondWindow(Instant firstCalledAt) {
    return !clock.instant().isBefore(firstCalledAt.plus(WINDOW));
  }

  /** Nothing has happened: for good, or is a request still under way? */
  ChargeResult notYet(Instant firstCalledAt, @Nullable String reference, String detail) {
    return isUnderWay(firstCalledAt)
        ? new ChargeResult.Unknown(reference, detail)
        : new ChargeResult.Absent();
  }

  OutgoingResult outgoingNotYet(Instant firstCalledAt) {
    return isUnderWay(firstCalledAt)
        ? new OutgoingResult.Unknown("no trace of it yet")
        : new OutgoingResult.Absent();
  }

  /** Whether what was sent at first may still be under way. */
  boolean isYoung(Instant firstCalledAt) {
    return clock.instant().isBefore(firstCalledAt.plus(UNDER_WAY));
  }

  /**
   * A request sent at first may be, and one sent at the window's very end: nobody asks again after
   * that, so that what has not happened by the time keys are forgotten never will.
   */
  private boolean isUnderWay(Instant firstCalledAt) {
    Instant now = clock.instant();
    boolean atFirst = isYoung(firstCalledAt);
    boolean atLast = isBeyondWindow(firstCalledAt) && now.isBefore(firstCalledAt.plus(KEYS_KEPT));
    return atFirst || atLast;
  }
}
