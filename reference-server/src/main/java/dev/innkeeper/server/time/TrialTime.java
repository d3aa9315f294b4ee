package dev.innkeeper.server.time;

import dev.innkeeper.billing.problem.InvalidInput;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAmount;

/**
 * Lets a trial's time pass: in steps of at most a day, with all due work done at each, so that
 * everything happens on its day as it would in real time. Thread-safe.
 */
public final class TrialTime {
  private static final Duration STEP_MAX = Duration.ofDays(1);

  private final TrialClock clock;
  private final Runnable doDueWork;

  /**
   * @param doDueWork does what is due until nothing is
   */
  public TrialTime(TrialClock clock, Runnable doDueWork) {
    this.clock = clock;
    this.doDueWork = doDueWork;
  }

  public Instant now() {
    return clock.instant();
  }

  /** Whether time passes only when it is moved. */
  public boolean isStanding() {
    return clock.isStanding();
  }

  /** Lets the time pass by itself from here on. */
  public void run() {
    clock.run();
  }

  /**
   * Moves the clock on by an ISO-8601 period or duration.
   *
   * @param amount such as {@code P1M}, {@code P7D} or {@code PT36H}; months are the calendar's
   * @return the new time
   * @throws InvalidInput when the text is none of these, or not above zero, or beyond ten years
   */
  public synchronized Instant advance(String amount) {
    ZonedDateTime from = clock.instant().atZone(ZoneOffset.UTC);
    Instant target;
    try {
      target = from.plus(parse(amount)).toInstant();
    } catch (DateTimeException | ArithmeticException e) {
      throw new InvalidInput("by", "'" + amount + "' is too long; ten years at most");
    }
    if (!target.isAfter(from.toInstant())) {
      throw new InvalidInput("by", "'" + amount + "' is not forward; time can't go back");
    }
    if (Duration.between(from.toInstant(), target).toDays() > 3660) {
      throw new InvalidInput("by", "'" + amount + "' is too long; ten years at most");
    }
    doDueWork.run();
    Instant step = from.toInstant();
    while (step.isBefore(target)) {
      Instant next = step.plus(STEP_MAX);
      step = next.isBefore(target) ? next : target;
      if (step.isAfter(clock.instant())) {
        clock.moveTo(step);
      }
      doDueWork.run();
    }
    return clock.instant();
  }

  private static TemporalAmount parse(String amount) {
    try {
      return amount.contains("T") ? Duration.parse(amount) : Period.parse(amount);
    } catch (DateTimeParseException e) {
      throw new InvalidInput(
          "by", "'" + amount + "' is not a length of time such as P1M, P7D or PT12H");
    }
  }
}
