package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.time.BillingCalendar.Period;
import dev.innkeeper.billing.time.Interval;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Cuts billing periods, and remembers them: most customers share a handful of calendars. Bounded by
 * the number of calendars and periods asked for. Not thread-safe.
 */
public final class Periods {
  private static final int CALENDARS_MAX = 10_000;

  private final Map<BillingCalendar, Of> calendars = new HashMap<>();

  /** {@link BillingCalendar#period}. */
  public Period period(BillingCalendar calendar, long index) {
    Of periods = of(calendar);
    return new Period(
        index,
        new Interval(
            Instant.ofEpochSecond(periods.startOf(index)),
            Instant.ofEpochSecond(periods.startOf(index + 1))));
  }

  /** {@link BillingCalendar#indexAt}. */
  public long indexAt(BillingCalendar calendar, Instant instant) {
    return of(calendar).indexAt(instant.getEpochSecond());
  }

  Of of(BillingCalendar calendar) {
    if (calendars.size() >= CALENDARS_MAX && !calendars.containsKey(calendar)) {
      calendars.clear();
    }
    return calendars.computeIfAbsent(calendar, Of::new);
  }

  /** The periods of one calendar, in seconds since 1970. */
  static final class Of {
    private static final int PERIODS_MAX = 5_000;

    private final BillingCalendar calendar;
    private final Map<Long, Long> starts = new HashMap<>();
    private long lastIndex;

    Of(BillingCalendar calendar) {
      this.calendar = calendar;
    }

    long startOf(long index) {
      if (starts.size() >= PERIODS_MAX) {
        starts.clear();
      }
      return starts.computeIfAbsent(index, i -> calendar.startOf(i).getEpochSecond());
    }

    long indexAt(long second) {
      if (second < startOf(lastIndex) || second >= startOf(lastIndex + 1)) {
        lastIndex = calendar.indexAt(Instant.ofEpochSecond(second));
      }
      return lastIndex;
    }
  }
}
