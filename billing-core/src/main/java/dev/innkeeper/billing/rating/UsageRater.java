package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.Meter;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceComponent.Per;
import dev.innkeeper.billing.catalog.PriceShape;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns metered quantities into charges. What a billing period costs is computed as a whole from
 * all its records, and the difference to what was charged before is charged: late records and
 * corrections count once. A pure function. Not thread-safe.
 */
public final class UsageRater {
  /** Later than anything, and within what the database holds. */
  private static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

  /** Decimals of what was divided; records have fewer. */
  private static final int DECIMALS = 12;

  private final CatalogSnapshot catalog;
  private final Periods periods;

  public UsageRater(CatalogSnapshot catalog, Periods periods) {
    this.catalog = catalog;
    this.periods = periods;
  }

  /** What was charged before for the same job. */
  public record Before(BigDecimal quantity, long minorUnits, boolean charged) {
    public static final Before NOTHING = new Before(BigDecimal.ZERO, 0, false);
  }

  /** What is charged in all now, and the charge that leads there, if any. */
  public record Result(long minorUnits, Optional<Charge> charge) {}

  /**
   * The first instant that is not in a period over by then; usage from there on waits.
   *
   * @param through the instant up to which is charged
   */
  public Instant openFrom(Life life, Instant through) {
    if (life.end() != null && !life.end().isAfter(through)) {
      return NEVER;
    }
    Periods.Of calendar = periods.of(life.calendar());
    return Instant.ofEpochSecond(calendar.startOf(calendar.indexAt(through.getEpochSecond())));
  }

  /**
   * The metered components in the periods that are over: from the one that holds {@code from} to
   * the last that ended at or before {@code through}, or the life's end.
   *
   * @param wanted which components to look at
   */
  public List<UsageJob> jobs(
      Life life, Instant from, Instant through, Predicate<PriceComponent> wanted) {
    Periods.Of calendar = periods.of(life.calendar());
    Instant open = openFrom(life, through);
    long first = calendar.indexAt(from.getEpochSecond());
    long end = Math.min(open.getEpochSecond(), Math.addExact(through.getEpochSecond(), 1));
    List<UsageJob> jobs = new ArrayList<>();
    for (long period = first; calendar.startOf(period) < end; period++) {
      period(jobs, life, calendar, period, wanted);
    }
    return jobs;
  }

  /**
   * The metered components in the period that goes on, of what is drawn as it is used. A minimum is
   * owed when the period is over.
   *
   * @param wanted which components to look at
   */
  public List<UsageJob> openJobs(Life life, Instant through, Predicate<PriceComponent> wanted) {
    List<UsageJob> jobs = new ArrayList<>();
    Instant open = openFrom(life, through);
    if (open.isBefore(NEVER)) {
      Periods.Of calendar = periods.of(life.calendar());
      period(
          jobs,
          life,
          calendar,
          calendar.indexAt(open.getEpochSecond()),
          c -> c.minimum() == null && wanted.test(c));
    }
    return jobs;
  }

  /** Time of one price within a period. */
  private static final class Stretch {
    private final List<Interval> windows = new ArrayList<>(1);
    private long activeSeconds;
  }

  private void period(
      List<UsageJob> jobs,
      Life life,
      Periods.Of calendar,
      long period,
      Predicate<PriceComponent> wanted) {
    long start = calendar.startOf(period);
    long end = calendar.startOf(period + 1);
    Map<PriceVersion, Stretch> stretches = new LinkedHashMap<>();
    for (Phase phase : life.phases()) {
      long from = Math.max(Math.max(start, phase.fromSecond()), life.trialEnd().getEpochSecond());
      long to = Math.min(end, phase.toSecond());
      if (from < to) {
        PriceVersion price = TimeRater.priceIn(catalog, phase, start);
        Stretch stretch = stretches.computeIfAbsent(price, p -> new Stretch());
        stretch.windows.add(new Interval(Instant.ofEpochSecond(from), Instant.ofEpochSecond(to)));
        stretch.activeSeconds += phase.active() ? to - from : 0;
      }
    }
    stretches.forEach(
        (price, stretch) -> {
          for (PriceComponent component : price.components()) {
            if (component.per() == Per.UNIT && wanted.test(component)) {
              jobs.add(
                  new UsageJob(
                      life.customerId(),
                      life.subscriptionId(),
                      period,
                      price,
                      component,
                      meter(component),
                      stretch.windows,
                      stretch.activeSeconds,
                      end - start));
            }
          }
        });
  }

  private Meter meter(PriceComponent component) {
    return catalog
        .meter(String.valueOf(component.meter()))
        .orElseThrow(() -> new IllegalStateException("there is no meter " + component.meter()));
  }

  /**
   * The exact cost of a quantity, in major units.
   *
   * @param activeSeconds of the period, in which the price was in force
   */
  static BigDecimal cost(
      PriceComponent component, BigDecimal quantity, long activeSeconds, long periodSeconds) {
    BigDecimal active = BigDecimal.valueOf(activeSeconds);
    BigDecimal period = BigDecimal.valueOf(periodSeconds);
    // Divided once and last: a share that was rounded before would begin a package or a step that
    // nobody used.
    BigDecimal billable =
        quantity
            .multiply(period)
            .subtract(component.included().multiply(active))
            .max(BigDecimal.ZERO)
            .divide(period, DECIMALS, RoundingMode.HALF_UP);
    BigDecimal cost = component.shape().cost(billable);
    if (component.minimum() != null) {
      cost = cost.max(part(component.minimum(), activeSeconds, periodSeconds));
    }
    return component.maximum() == null ? cost : cost.min(component.maximum());
  }

  /** Of what is for a whole period. */
  private static BigDecimal part(BigDecimal whole, long activeSeconds, long periodSeconds) {
    return whole
        .multiply(BigDecimal.valueOf(activeSeconds))
        .divide(BigDecimal.valueOf(periodSeconds), DECIMALS, RoundingMode.HALF_UP);
  }

  /**
   * Charges the difference.
   *
   * @param quantity the meter's aggregate over the windows; less than zero counts as zero
   */
  public Result rate(UsageJob job, BigDecimal quantity, Before before) {
    PriceComponent component = job.component();
    BigDecimal used = quantity.max(BigDecimal.ZERO);
    Amount total =
        Amount.round(
            cost(component, used, job.activeSeconds(), job.periodSeconds()),
            job.price().currency(),
            RoundingMode.HALF_UP);
    long delta = Math.subtractExact(total.minorUnits(), before.minorUnits());
    boolean changed = before.quantity().compareTo(used) != 0;
    if (delta == 0 && !changed) {
      return new Result(total.minorUnits(), Optional.empty());
    }
    BigDecimal quantityDelta = plain(used.subtract(before.quantity()));
    List<Interval> windows = job.windows();
    return new Result(
        total.minorUnits(),
        Optional.of(
            new Charge(
                job.customerId(),
                job.subscriptionId(),
                job.price().productCode(),
                component.code(),
                TimeRater.describe(catalog, job.price(), component),
                new Interval(windows.get(0).from(), windows.get(windows.size() - 1).to()),
                quantityDelta,
                job.meter().unit(),
                unitPrice(component),
                Amount.ofMinor(delta, job.price().currency()),
                before.charged() ? ChargeKind.ADJUSTMENT : ChargeKind.USAGE,
                explain(job, used, before))));
  }

  /** Only where every unit costs the same. */
  private static @Nullable BigDecimal unitPrice(PriceComponent component) {
    boolean plain =
        component.minimum() == null
            && component.maximum() == null
            && component.included().signum() == 0;
    return plain && component.shape() instanceof PriceShape.PerUnit each ? each.price() : null;
  }

  private static String explain(UsageJob job, BigDecimal used, Before before) {
    PriceComponent component = job.component();
    String currency = " " + job.price().currency();
    StringBuilder text = new StringBuilder(plain(used).toPlainString());
    text.append(' ').append(job.meter().unit());
    if (component.shape() instanceof PriceShape.PerUnit each) {
      text.append(" × ").append(each.price().toPlainString()).append(currency);
    }
    if (component.included().signum() > 0) {
      BigDecimal included =
          part(component.included(), job.activeSeconds(), job.periodSeconds())
              .setScale(6, RoundingMode.HALF_UP);
      text.append(", ").append(plain(included).toPlainString()).append(" included");
    }
    if (component.minimum() != null) {
      text.append(", at least ").append(component.minimum().toPlainString()).append(currency);
      text.append(" a month");
    }
    if (component.maximum() != null) {
      text.append(", at most ").append(component.maximum().toPlainString()).append(currency);
    }
    if (before.charged()) {
      text.append("; charged before: ")
          .append(plain(before.quantity()).toPlainString())
          .append(' ')
          .append(job.meter().unit())
          .append(" for ")
          .append(Amount.ofMinor(before.minorUnits(), job.price().currency()));
    }
    return text.toString();
  }

  private static BigDecimal plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
