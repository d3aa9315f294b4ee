package dev.innkeeper.billing.time;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * Cuts a customer's time into monthly billing periods.
 *
 * <p>Period n starts at the first valid local time of {@code anchor.plusMonths(n)} in the zone. It
 * is always counted from the original anchor, so an anchor on the 31st gives Feb 28 and then Mar 31
 * again. Periods tile time: each ends where the next starts, whatever daylight saving does.
 * Immutable.
 *
 * @param anchor the first day of period 0; its day of the month is the anchor day
 * @param zone where midnight is
 */
public record BillingCalendar(LocalDate anchor, ZoneId zone) {

  /**
   * A billing period.
   *
   * @param index 0 for the one that starts on the anchor, negative before it
   */
  public record Period(long index, Interval interval) {
    public Instant from() {
      return interval.from();
    }

    public Instant to() {
      return interval.to();
    }
  }

  /** The period of this index. */
  public Period period(long index) {
    return new Period(index, new Interval(startOf(index), startOf(index + 1)));
  }

  /** The period that contains the instant. */
  public Period periodAt(Instant instant) {
    return period(indexAt(instant));
  }

  /** The index of the period that contains the instant. */
  public long indexAt(Instant instant) {
    long index = ChronoUnit.MONTHS.between(anchor, instant.atZone(zone).toLocalDate());
    // Month ends and zones with odd midnights put the estimate off by one at most either way.
    while (instant.isBefore(startOf(index))) {
      index--;
    }
    while (!instant.isBefore(startOf(index + 1))) {
      index++;
    }
    return index;
  }

  /** The first instant of the period. */
  public Instant startOf(long index) {
    return anchor.plusMonths(index).atStartOfDay(zone).toInstant();
  }
}
