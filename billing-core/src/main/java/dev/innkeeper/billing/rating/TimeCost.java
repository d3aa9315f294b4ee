package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.catalog.MonthLength;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceComponent.Per;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cost of one time-based component within one billing period, for time that is added and taken
 * away piece by piece. The exact cost is rounded once, as a whole: half up. Not thread-safe.
 */
final class TimeCost {
  private static final BigDecimal HOUR_SECONDS = BigDecimal.valueOf(3600);

  private final PriceComponent component;
  private final MonthLength month;
  private final BigDecimal periodSeconds;
  private final int minorDigits;
  private final List<At> byQuantity = new ArrayList<>(1);
  private @Nullable BigDecimal cap;

  /** Seconds at one quantity. */
  private static final class At {
    private final long quantity;
    private final BigDecimal rate;
    private long seconds;

    private At(long quantity, BigDecimal rate) {
      this.quantity = quantity;
      this.rate = rate;
    }
  }

  TimeCost(PriceComponent component, MonthLength month, long periodSeconds, int minorDigits) {
    this.component = component;
    this.month = month;
    this.periodSeconds = BigDecimal.valueOf(periodSeconds);
    this.minorDigits = minorDigits;
  }

  void add(long quantity, long seconds) {
    for (At at : byQuantity) {
      if (at.quantity == quantity) {
        at.seconds += seconds;
        return;
      }
    }
    At at = new At(quantity, component.rate(quantity));
    at.seconds = seconds;
    byQuantity.add(at);
  }

  BigDecimal rate(long quantity) {
    for (At at : byQuantity) {
      if (at.quantity == quantity) {
        return at.rate;
      }
    }
    return component.rate(quantity);
  }

  /** The seconds of a month, for proration of monthly prices. */
  BigDecimal monthSeconds() {
    return month.isCalendar() ? periodSeconds : BigDecimal.valueOf(month.hours() * 3600L);
  }

  /** The cap that the last {@link #minorUnits} came to, or null when it stayed below. */
  @Nullable BigDecimal capReached() {
    return cap;
  }

  /** The rounded cost of all time so far, in minor units. */
  long minorUnits() {
    BigDecimal weighted = BigDecimal.ZERO;
    long seconds = 0;
    At widest = null;
    for (At at : byQuantity) {
      if (at.seconds > 0) {
        weighted = weighted.add(at.rate.multiply(BigDecimal.valueOf(at.seconds)));
        seconds += at.seconds;
        widest = widest == null || at.quantity > widest.quantity ? at : widest;
      }
    }
    cap = null;
    if (widest == null) {
      return 0;
    }
    BigDecimal divisor = component.per() == Per.HOUR ? HOUR_SECONDS : monthSeconds();
    BigDecimal minimum = component.minimumFor(widest.quantity);
    if (minimum != null) {
      // For a part of the period, the same part of the minimum.
      BigDecimal least = minimum.multiply(BigDecimal.valueOf(seconds));
      if (weighted.multiply(periodSeconds).compareTo(least.multiply(divisor)) < 0) {
        weighted = least;
        divisor = periodSeconds;
      }
    }
    BigDecimal most = most(widest);
    if (most != null && weighted.compareTo(most.multiply(divisor)) > 0) {
      cap = most;
      return round(most, BigDecimal.ONE);
    }
    return round(weighted, divisor);
  }

  /** The most that the period costs: the component's maximum, or a month of N hours. */
  private @Nullable BigDecimal most(At widest) {
    BigDecimal maximum = component.maximumFor(widest.quantity);
    if (month.isCalendar()) {
      return maximum;
    }
    BigDecimal whole =
        component.per() == Per.HOUR
            ? widest.rate.multiply(BigDecimal.valueOf(month.hours()))
            : widest.rate;
    return maximum == null ? whole : maximum.min(whole);
  }

  private long round(BigDecimal dividend, BigDecimal divisor) {
    return dividend
        .movePointRight(minorDigits)
        .divide(divisor, 0, RoundingMode.HALF_UP)
        .longValueExact();
  }
}
