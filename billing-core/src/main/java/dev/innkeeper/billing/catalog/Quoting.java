package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.catalog.PriceComponent.Per;
import dev.innkeeper.billing.money.Amount;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Computes a quote from one price version. */
final class Quoting {
  /** 365 days in 12 months. */
  private static final int CALENDAR_MONTH_HOURS = 730;

  private static final int RATE_DECIMALS = 12;

  private final PriceVersion price;
  private final QuoteRequest request;

  Quoting(PriceVersion price, QuoteRequest request) {
    this.price = price;
    this.request = request;
  }

  Quote quote() {
    BigDecimal hourly = BigDecimal.ZERO;
    BigDecimal monthly = BigDecimal.ZERO;
    BigDecimal setup = BigDecimal.ZERO;
    List<Quote.Line> lines = new ArrayList<>();
    for (PriceComponent component : price.components()) {
      BigDecimal amount =
          component.per() == Per.ONCE ? once(component) : month(component, monthSeconds());
      if (component.per() == Per.ONCE) {
        setup = setup.add(amount);
      } else {
        monthly = monthly.add(amount);
      }
      hourly = hourly.add(hour(component));
      lines.add(
          new Quote.Line(
              component.code(),
              component.name(),
              component.per(),
              round(amount),
              explain(component)));
    }
    Amount setupAmount = round(setup);
    Duration duration = request.duration();
    return new Quote(
        price.id(),
        hourly.stripTrailingZeros(),
        round(monthly),
        setupAmount,
        duration == null ? null : round(total(duration).add(setup)),
        lines);
  }

  /** Whole months, each with its caps, and the rest of one. */
  private BigDecimal total(Duration duration) {
    Duration paid = duration.minus(price.trial());
    if (paid.isNegative() || paid.isZero()) {
      return BigDecimal.ZERO;
    }
    // A month of N hours is the most that a calendar month costs; time still goes by the calendar.
    long calendarSeconds = CALENDAR_MONTH_HOURS * 3600L;
    BigDecimal months = BigDecimal.valueOf(paid.toSeconds() / calendarSeconds);
    long rest = paid.toSeconds() % calendarSeconds;
    BigDecimal total = BigDecimal.ZERO;
    for (PriceComponent component : price.components()) {
      if (component.per() != Per.ONCE) {
        total =
            total
                .add(month(component, calendarSeconds).multiply(months))
                .add(rest == 0 ? BigDecimal.ZERO : month(component, rest));
      }
    }
    return total;
  }

  private BigDecimal once(PriceComponent component) {
    return component.rate(request.quantity());
  }

  private BigDecimal hour(PriceComponent component) {
    return switch (component.per()) {
      case HOUR -> component.rate(request.quantity());
      case MONTH ->
          component
              .rate(request.quantity())
              .divide(BigDecimal.valueOf(monthHours()), RATE_DECIMALS, RoundingMode.HALF_UP);
      case ONCE, UNIT -> BigDecimal.ZERO;
    };
  }

  /** What this much of a month costs. */
  private BigDecimal month(PriceComponent component, long seconds) {
    long counted = Math.min(seconds, monthSeconds());
    BigDecimal share =
        BigDecimal.valueOf(counted)
            .divide(BigDecimal.valueOf(monthSeconds()), RATE_DECIMALS, RoundingMode.HALF_UP);
    BigDecimal cost =
        switch (component.per()) {
          case ONCE -> BigDecimal.ZERO;
          case HOUR ->
              component
                  .rate(request.quantity())
                  .multiply(BigDecimal.valueOf(counted))
                  .divide(BigDecimal.valueOf(3600), RATE_DECIMALS, RoundingMode.HALF_UP);
          case MONTH -> component.rate(request.quantity()).multiply(share);
          case UNIT -> used(component, share);
        };
    BigDecimal minimum = component.minimumFor(request.quantity());
    BigDecimal maximum = component.maximumFor(request.quantity());
    BigDecimal atLeast = minimum == null ? cost : cost.max(minimum.multiply(share));
    return maximum == null ? atLeast : atLeast.min(maximum);
  }

  private BigDecimal used(PriceComponent component, BigDecimal share) {
    BigDecimal used =
        request.usageAMonth().getOrDefault(component.meter(), BigDecimal.ZERO).multiply(share);
    BigDecimal billable = used.subtract(component.included().multiply(share));
    return component.shape().cost(billable.max(BigDecimal.ZERO));
  }

  private String explain(PriceComponent component) {
    String rate = component.rate(request.quantity()).toPlainString() + " " + price.currency();
    BigDecimal maximum = component.maximumFor(request.quantity());
    String cap =
        maximum == null ? "" : ", at most " + maximum.toPlainString() + " " + price.currency();
    return switch (component.per()) {
      case ONCE -> "once " + rate;
      case HOUR -> monthHours() + " h × " + rate + cap;
      case MONTH -> "1 month × " + rate + cap;
      case UNIT ->
          request.usageAMonth().getOrDefault(component.meter(), BigDecimal.ZERO).toPlainString()
              + " expected of "
              + component.meter()
              + (component.included().signum() == 0
                  ? ""
                  : ", " + component.included().toPlainString() + " included")
              + cap;
    };
  }

  private int monthHours() {
    return price.month().isCalendar() ? CALENDAR_MONTH_HOURS : price.month().hours();
  }

  private long monthSeconds() {
    return monthHours() * 3600L;
  }

  private Amount round(BigDecimal value) {
    return Amount.round(value, price.currency(), RoundingMode.HALF_UP);
  }
}
