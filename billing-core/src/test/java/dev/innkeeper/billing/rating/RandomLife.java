package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.catalog.BillingMode;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.MonthLength;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceComponent.Per;
import dev.innkeeper.billing.catalog.PriceShape;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.catalog.Product;
import dev.innkeeper.billing.catalog.RaisePolicy;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.BillingCalendar;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * A random subscription with everything that can happen to it: changes of plan and quantity,
 * pauses, raises of both policies published along the way, a trial, an end; in any zone, across
 * daylight saving and leap years. The same seed gives the same life.
 */
final class RandomLife {
  private static final List<ZoneId> ZONES =
      ZoneId.getAvailableZoneIds().stream().sorted().map(ZoneId::of).toList();
  private static final String[] PLANS = {"basic", "better", "best"};

  final Random random;
  final BillingCalendar calendar;
  final Instant start;
  final Instant end;
  final Instant trialEnd;
  final List<PriceVersion> versions = new ArrayList<>();
  final List<Phase> phases = new ArrayList<>();
  private final Currency currency;
  private long ids = 1;

  RandomLife(long seed) {
    this.random = new Random(seed);
    int year = 2020 + random.nextInt(80);
    int anchorDay = random.nextInt(3) == 0 ? 1 + random.nextInt(31) : 28 + random.nextInt(4);
    this.calendar =
        new BillingCalendar(
            LocalDate.of(year, 1, anchorDay), ZONES.get(random.nextInt(ZONES.size())));
    this.currency = Currency.of(new String[] {"EUR", "JPY", "KWD", "TFT"}[random.nextInt(4)]);
    this.start = calendar.startOf(1 + random.nextInt(12)).plusSeconds(offset(40 * 86_400));
    this.end = start.plusSeconds(1L + offset(random.nextInt(4) == 0 ? 400 * 86_400 : 70 * 86_400));
    publish();
    PriceVersion first = sold("basic", start);
    this.trialEnd = start.plus(first.trial());
    live(first);
  }

  /** Often on a boundary that hurts: a period's start, midnight, the same second again. */
  private long offset(int bound) {
    return random.nextInt(5) == 0 ? 0 : random.nextInt(bound);
  }

  private void publish() {
    for (String plan : PLANS) {
      BillingMode mode = random.nextBoolean() ? BillingMode.IN_ADVANCE : BillingMode.IN_ARREARS;
      versions.add(version(plan, mode, start.minusSeconds(1000), start.minusSeconds(1000)));
      Instant at = start;
      int raises = random.nextInt(4);
      for (int i = 0; i < raises; i++) {
        at = at.plusSeconds(1L + random.nextInt(40 * 86_400));
        Instant effective = random.nextBoolean() ? onABoundary(at) : at;
        versions.add(version(plan, mode, effective, at));
        at = effective;
      }
    }
  }

  private Instant onABoundary(Instant at) {
    return calendar.periodAt(at).to();
  }

  private PriceVersion version(
      String plan, BillingMode mode, Instant effective, Instant published) {
    List<PriceComponent> components = new ArrayList<>();
    components.add(component("base", Per.MONTH));
    components.add(component("compute", Per.HOUR));
    if (random.nextBoolean()) {
      components.add(
          new PriceComponent(
              "setup",
              "setup",
              Per.ONCE,
              null,
              new PriceShape.Flat(price()),
              BigDecimal.ZERO,
              null,
              null));
    }
    return new PriceVersion(
        new UUID(7, ids++),
        plan,
        Map.of(),
        currency,
        mode,
        effective,
        published,
        random.nextBoolean() ? RaisePolicy.KEEP : RaisePolicy.MOVE_AT_RENEWAL,
        Duration.ofDays(random.nextInt(3) * 15L),
        random.nextInt(3) == 0 ? Duration.ofDays(random.nextInt(40)) : Duration.ZERO,
        random.nextInt(3) == 0 ? new MonthLength(600 + random.nextInt(145)) : MonthLength.CALENDAR,
        components);
  }

  private PriceComponent component(String code, Per per) {
    BigDecimal price = price();
    PriceShape shape =
        random.nextInt(4) == 0 ? new PriceShape.Flat(price) : new PriceShape.PerUnit(price);
    BigDecimal month = per == Per.HOUR ? price.multiply(BigDecimal.valueOf(730)) : price;
    return new PriceComponent(
        code,
        code,
        per,
        null,
        shape,
        BigDecimal.valueOf(random.nextInt(4) == 0 ? 1 : 0),
        random.nextInt(4) == 0 ? month.multiply(new BigDecimal("0.2")) : null,
        random.nextInt(3) == 0 ? month.multiply(new BigDecimal("0.7")) : null);
  }

  /** Every price is different, so that a charge tells which price it was made at. */
  private BigDecimal price() {
    return BigDecimal.valueOf(1L + random.nextInt(100_000))
        .movePointLeft(3)
        .add(BigDecimal.valueOf(ids * 100 + random.nextInt(100), 9));
  }

  private void live(PriceVersion first) {
    Instant at = start;
    PriceVersion price = first;
    long quantity = 1L + random.nextInt(3);
    boolean active = true;
    int changes = random.nextInt(9);
    for (int i = 0; i < changes; i++) {
      Instant next = at.plusSeconds(1L + offset(20 * 86_400));
      if (random.nextInt(4) == 0) {
        next = onABoundary(at);
      }
      if (!next.isBefore(end)) {
        break;
      }
      phases.add(new Phase(at, next, price.id(), quantity, active));
      Instant periodStart = calendar.periodAt(next).from();
      price = at.isBefore(periodStart) ? catalogAt(next).renewed(price.id(), periodStart) : price;
      at = next;
      switch (random.nextInt(4)) {
        case 0 -> price = sold(PLANS[random.nextInt(PLANS.length)], at);
        case 1 -> quantity = 1L + random.nextInt(3);
        default -> active = !active;
      }
    }
    phases.add(new Phase(at, end, price.id(), quantity, active));
  }

  private PriceVersion sold(String plan, Instant at) {
    return catalogAt(at).priceFor(plan, Map.of(), currency, at);
  }

  /** What was published by then. */
  CatalogSnapshot catalogAt(Instant at) {
    List<Product> products = new ArrayList<>();
    for (String plan : PLANS) {
      products.add(
          new Product(plan, plan, BillingMode.IN_ARREARS, null, Map.of(), Map.of(), false));
    }
    return new CatalogSnapshot(
        new UUID(0, 0),
        products,
        List.of(),
        versions.stream().filter(v -> !v.publishedAt().isAfter(at)).toList());
  }

  /** The life as it was known then: the future of a subscription is not. */
  Life lifeAt(Instant now) {
    List<Phase> known = new ArrayList<>();
    for (Phase phase : phases) {
      if (!phase.from().isAfter(now)) {
        boolean over = phase.to() != null && !phase.to().isAfter(now);
        known.add(
            new Phase(
                phase.from(),
                over ? phase.to() : null,
                phase.priceVersionId(),
                phase.quantity(),
                phase.active()));
      }
    }
    return new Life(new UUID(1, 1), new UUID(1, 2), calendar, trialEnd, known);
  }
}
