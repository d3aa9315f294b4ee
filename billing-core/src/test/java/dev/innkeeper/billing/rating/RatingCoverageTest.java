package dev.innkeeper.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceComponent.Per;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.time.BillingCalendar;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** Invariant 5: charges cover a subscription's life without gap or overlap, at the prices sold. */
class RatingCoverageTest {
  @Property(tries = 3000, seed = "20270101")
  void chargesTileTheLifeAtThePricesSoldHoweverOftenTheyAreTaken(@ForAll long seed) {
    check(seed);
  }

  /**
   * A minimum for a quantity held for one second, given back in part where the quantity was none.
   */
  @Example
  void aMinimumIsGivenBackForTheTimeNotUsedWhateverTheUnitPriceThen() {
    check(923_818);
  }

  @Tag("long")
  @Property(tries = 300_000)
  void chargesTileManyMoreLives(@ForAll long seed) {
    check(seed);
  }

  private static void check(long seed) {
    RandomLife life = new RandomLife(seed);
    List<Charge> once = taken(life, List.of());
    List<Charge> often = taken(life, instants(life));
    Map<String, Map<Long, Long>> expected = expectedCover(life);
    assertThat(cover(once)).as("one run").isEqualTo(expected);
    assertThat(cover(often)).as("many runs").isEqualTo(expected);
    Map<String, Long> totals = expectedTotals(life);
    assertThat(totals(life, once)).as("one run").isEqualTo(totals);
    assertThat(totals(life, often)).as("many runs").isEqualTo(totals);
    neverGivesBackMoreThanWasCharged(often);
  }

  private static List<Instant> instants(RandomLife life) {
    TreeSet<Instant> instants = new TreeSet<>();
    int runs = life.random.nextInt(20);
    long seconds = Duration.between(life.start, life.end).toSeconds();
    for (int i = 0; i < runs; i++) {
      Instant at = life.start.plusSeconds((long) (life.random.nextDouble() * seconds));
      instants.add(life.random.nextBoolean() ? at : life.calendar.periodAt(at).from());
    }
    return instants.stream().filter(i -> !i.isBefore(life.start)).toList();
  }

  /** Takes charges at the instants as time goes by, knowing then what was known then. */
  private static List<Charge> taken(RandomLife life, List<Instant> instants) {
    List<Charge> charges = new ArrayList<>();
    Watermark mark = Watermark.atStart(life.start);
    for (Instant now : instants) {
      boolean all = life.random.nextInt(3) > 0;
      // A run may be late, and ask for less than a run of advance charges before it.
      Instant through = life.random.nextInt(4) == 0 ? life.calendar.periodAt(now).from() : now;
      Rated rated =
          rate(life, now, mark, through, all ? ChargeScope.ALL : ChargeScope.ADVANCE_ONLY);
      charges.addAll(rated.charges());
      mark = Watermark.of(rated.next().billedUntil(), rated.next().openText());
      assertThat(mark).isEqualTo(rated.next());
      Rated again =
          rate(life, now, mark, through, all ? ChargeScope.ALL : ChargeScope.ADVANCE_ONLY);
      assertThat(again.charges()).as("a second run at " + now).isEmpty();
    }
    Rated last = rate(life, life.end, mark, life.end, ChargeScope.ALL);
    charges.addAll(last.charges());
    assertThat(last.nextDue()).isNull();
    return charges;
  }

  private static Rated rate(
      RandomLife life, Instant now, Watermark mark, Instant through, ChargeScope scope) {
    return new TimeRater(life.catalogAt(now), new Periods())
        .rate(life.lifeAt(now), mark, through, scope);
  }

  /** A stretch of one price and quantity within one period. */
  private record Stretch(
      long period, PriceVersion price, long from, long to, long quantity, boolean free) {}

  /** The life cut anew, by rules stated as plainly as they can be. */
  private static List<Stretch> stretches(RandomLife life) {
    List<Stretch> result = new ArrayList<>();
    CatalogSnapshot all = life.catalogAt(Instant.MAX);
    for (Phase phase : life.phases) {
      Instant from = phase.from();
      PriceVersion price = all.version(phase.priceVersionId());
      while (from.isBefore(phase.to())) {
        BillingCalendar.Period period = life.calendar.periodAt(from);
        if (from.equals(period.from()) && from.isAfter(phase.from())) {
          price = raised(life, price, from);
        }
        Instant to = period.to().isBefore(phase.to()) ? period.to() : phase.to();
        if (from.isBefore(life.trialEnd) && to.isAfter(life.trialEnd)) {
          to = life.trialEnd;
        }
        if (phase.active()) {
          result.add(
              new Stretch(
                  period.index(),
                  price,
                  from.getEpochSecond(),
                  to.getEpochSecond(),
                  phase.quantity(),
                  from.isBefore(life.trialEnd)));
        }
        from = to;
      }
    }
    return result;
  }

  private static PriceVersion raised(RandomLife life, PriceVersion held, Instant periodStart) {
    return life.versions.stream()
        .filter(v -> v.productCode().equals(held.productCode()))
        .filter(v -> v.effectiveFrom().isAfter(held.effectiveFrom()))
        .filter(v -> !v.effectiveFrom().isAfter(periodStart))
        .filter(v -> v.raise() == dev.innkeeper.billing.catalog.RaisePolicy.MOVE_AT_RENEWAL)
        .filter(v -> !v.publishedAt().plus(v.notice()).isAfter(periodStart))
        .max(Comparator.comparing(PriceVersion::effectiveFrom))
        .orElse(held);
  }

  /** By component and price, how often each second is covered: where the count changes. */
  private static Map<String, Map<Long, Long>> expectedCover(RandomLife life) {
    Map<String, Map<Long, Long>> cover = new HashMap<>();
    for (Stretch s : stretches(life)) {
      for (PriceComponent component : s.price().components()) {
        if (component.per() != Per.ONCE) {
          String key = component.code() + (s.free() ? " free" : " " + component.rate(s.quantity()));
          add(cover, key, s.from(), s.to(), 1);
        }
      }
    }
    cover.values().removeIf(Map::isEmpty);
    return cover;
  }

  private static Map<String, Map<Long, Long>> cover(List<Charge> charges) {
    Map<String, Map<Long, Long>> cover = new HashMap<>();
    for (Charge charge : charges) {
      if (charge.kind() != ChargeKind.ONCE) {
        String key =
            charge.component()
                + (charge.kind() == ChargeKind.TRIAL ? " free" : " " + charge.unitPrice());
        add(
            cover,
            key,
            charge.interval().from().getEpochSecond(),
            charge.interval().to().getEpochSecond(),
            charge.kind() == ChargeKind.CREDIT ? -1 : 1);
      }
    }
    cover.values().removeIf(Map::isEmpty);
    return cover;
  }

  private static void add(
      Map<String, Map<Long, Long>> cover, String key, long from, long to, long by) {
    Map<Long, Long> changes = cover.computeIfAbsent(key, k -> new TreeMap<>());
    for (Map.Entry<Long, Long> change : Map.of(from, by, to, -by).entrySet()) {
      if (changes.merge(change.getKey(), change.getValue(), Long::sum) == 0) {
        changes.remove(change.getKey());
      }
    }
  }

  /** By component, the sum of what each period and price comes to, computed anew. */
  private static Map<String, Long> expectedTotals(RandomLife life) {
    record Part(long period, UUID price, String component) {}
    Map<Part, List<Stretch>> parts = new HashMap<>();
    Map<String, Long> totals = new TreeMap<>();
    for (Stretch s : stretches(life)) {
      if (!s.free()) {
        for (PriceComponent c : s.price().components()) {
          if (c.per() == Per.ONCE) {
            totals.putIfAbsent(c.code(), minor(c.shape().cost(BigDecimal.ONE), s.price()));
          } else {
            parts
                .computeIfAbsent(
                    new Part(s.period(), s.price().id(), c.code()), k -> new ArrayList<>())
                .add(s);
          }
        }
      }
    }
    parts.forEach(
        (part, stretches) ->
            totals.merge(part.component(), cost(life, part.component(), stretches), Long::sum));
    return totals;
  }

  private static long cost(RandomLife life, String code, List<Stretch> stretches) {
    MathContext precise = new MathContext(60, RoundingMode.HALF_UP);
    PriceVersion price = stretches.get(0).price();
    PriceComponent component =
        price.components().stream().filter(c -> c.code().equals(code)).findFirst().orElseThrow();
    BillingCalendar.Period period = life.calendar.period(stretches.get(0).period());
    BigDecimal periodSeconds = BigDecimal.valueOf(period.interval().duration().toSeconds());
    BigDecimal monthSeconds =
        price.month().isCalendar()
            ? periodSeconds
            : BigDecimal.valueOf(price.month().hours() * 3600L);
    BigDecimal unit = component.per() == Per.HOUR ? BigDecimal.valueOf(3600) : monthSeconds;
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal seconds = BigDecimal.ZERO;
    long widest = 0;
    for (Stretch s : stretches) {
      BigDecimal length = BigDecimal.valueOf(s.to() - s.from());
      sum = sum.add(component.rate(s.quantity()).multiply(length));
      seconds = seconds.add(length);
      widest = Math.max(widest, s.quantity());
    }
    BigDecimal cost = sum.divide(unit, precise);
    BigDecimal minimum = component.minimumFor(widest);
    if (minimum != null) {
      cost = cost.max(minimum.multiply(seconds).divide(periodSeconds, precise));
    }
    if (!price.month().isCalendar()) {
      BigDecimal months =
          component.per() == Per.HOUR ? BigDecimal.valueOf(price.month().hours()) : BigDecimal.ONE;
      cost = cost.min(component.rate(widest).multiply(months));
    }
    BigDecimal maximum = component.maximumFor(widest);
    return minor(maximum == null ? cost : cost.min(maximum), price);
  }

  private static long minor(BigDecimal major, PriceVersion price) {
    return major
        .movePointRight(price.currency().minorDigits())
        .setScale(0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  private static Map<String, Long> totals(RandomLife life, List<Charge> charges) {
    Map<String, Long> totals = new TreeMap<>();
    for (Charge charge : charges) {
      if (charge.kind() != ChargeKind.TRIAL) {
        totals.merge(charge.component(), charge.amount().minorUnits(), Long::sum);
      }
    }
    // Taken and given back wholly, for instance at a change in the second of the start.
    Map<String, Long> expected = expectedTotals(life);
    totals.entrySet().removeIf(e -> e.getValue() == 0 && !expected.containsKey(e.getKey()));
    return totals;
  }

  /** Not by unit price: a minimum holds for a period, with all the prices in it. */
  private static void neverGivesBackMoreThanWasCharged(List<Charge> charges) {
    Map<String, Long> sums = new HashMap<>();
    for (Charge charge : charges) {
      long sum =
          sums.merge(
              charge.productCode() + " " + charge.component(),
              charge.amount().minorUnits(),
              Long::sum);
      assertThat(sum).isNotNegative();
      assertThat(charge.amount().isNegative())
          .isEqualTo(charge.kind() == ChargeKind.CREDIT && !charge.amount().isZero());
    }
  }
}
