package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.catalog.BillingMode;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceComponent.Per;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.rating.Watermark.Covered;
import dev.innkeeper.billing.rating.Watermark.Piece;
import dev.innkeeper.billing.rating.Watermark.Slot;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns a subscription's time into charges. A pure function of life, prices and watermark: the same
 * input gives the same charges.
 *
 * <p>For each component and billing period, the time that it should cover is compared with the time
 * that was charged before; what was added is charged and what was taken away is given back. The
 * amounts are differences of one cumulative, rounded cost, so the sum does not depend on how often
 * or when it is asked for. The work grows with the number of changes and periods, never with hours.
 * Not thread-safe.
 */
public final class TimeRater {
  private static final int TIME_DECIMALS = 6;
  private static final BigDecimal HOUR_SECONDS = BigDecimal.valueOf(3600);

  private final CatalogSnapshot catalog;
  private final Periods periods;
  private final IdentityHashMap<PriceComponent, String> descriptions = new IdentityHashMap<>();

  public TimeRater(CatalogSnapshot catalog, Periods periods) {
    this.catalog = catalog;
    this.periods = periods;
  }

  /**
   * Charges what is not charged yet.
   *
   * @param through time in arrears is charged up to here, excluded; periods in advance are charged
   *     when they start at or before it
   * @throws IllegalStateException when a price version of the life does not exist
   * @throws ArithmeticException when an amount is beyond what a {@code long} holds
   */
  public Rated rate(Life life, Watermark mark, Instant through, ChargeScope scope) {
    return new Run(life, mark, through, scope).rate();
  }

  /** Time that a component should cover, growing while phases are walked. */
  private static final class Group {
    private final PriceVersion price;
    private final PriceComponent component;
    private final List<Piece> pieces = new ArrayList<>(1);

    private Group(PriceVersion price, PriceComponent component) {
      this.price = price;
      this.component = component;
    }
  }

  private final class Run {
    private final Life life;
    private final Watermark mark;
    private final long through;
    private final ChargeScope scope;
    private final Periods.Of calendar;
    private final List<Charge> charges = new ArrayList<>();
    private final Map<Slot, Covered> open = new HashMap<>();
    private final Set<String> once;
    private final Set<String> held = new HashSet<>();
    private final long trialEnd;

    private Run(Life life, Watermark mark, Instant through, ChargeScope scope) {
      this.life = life;
      this.mark = mark;
      this.through = Math.max(through.getEpochSecond(), mark.billedUntil().getEpochSecond());
      this.scope = scope;
      this.calendar = periods.of(life.calendar());
      this.once = new HashSet<>(mark.once());
      this.trialEnd = life.trialEnd().getEpochSecond();
    }

    private Rated rate() {
      long first = calendar.indexAt(mark.billedUntil().getEpochSecond());
      for (Slot slot : mark.open().keySet()) {
        first = Math.min(first, slot.period());
      }
      long last = calendar.indexAt(through);
      long end = life.phases().get(life.phases().size() - 1).toSecond();
      if (end != Long.MAX_VALUE) {
        last = Math.min(last, Math.max(first, calendar.indexAt(end)));
      }
      for (long period = first; period <= last; period++) {
        period(period);
      }
      for (Map.Entry<Slot, Covered> later : mark.open().entrySet()) {
        if (later.getKey().period() > last) {
          open.put(later.getKey(), later.getValue());
        }
      }
      boolean all = scope == ChargeScope.ALL;
      Instant until = all ? Instant.ofEpochSecond(through) : mark.billedUntil();
      return new Rated(
          charges, new Watermark(until, open, once), all && end <= through ? null : nextDue());
    }

    private Instant nextDue() {
      long periodEnd = calendar.startOf(calendar.indexAt(through) + 1);
      // What a trial held back falls due when it ends; arrears wait for the period's end anyway.
      return Instant.ofEpochSecond(
          trialEnd > through && trialEnd < periodEnd ? trialEnd : periodEnd);
    }

    private void period(long period) {
      long from = calendar.startOf(period);
      long to = calendar.startOf(period + 1);
      Map<Slot, Group> groups = new LinkedHashMap<>();
      for (Phase phase : life.phases()) {
        if (phase.active() && phase.fromSecond() < to && phase.toSecond() > from) {
          PriceVersion price = priceIn(catalog, phase, from);
          cover(groups, period, price, phase, to);
        }
      }
      for (Map.Entry<Slot, Covered> before : mark.open().entrySet()) {
        if (before.getKey().period() == period) {
          groups.computeIfAbsent(before.getKey(), this::group);
        }
      }
      groups.forEach((slot, group) -> settle(slot, group, to - from));
      if (scope == ChargeScope.ALL && to <= through) {
        open.keySet().removeIf(slot -> slot.period() == period);
      }
    }

    /** A component that was charged and covers nothing any more. */
    private Group group(Slot slot) {
      PriceVersion price = catalog.version(slot.priceVersionId());
      for (PriceComponent component : price.components()) {
        if (component.code().equals(slot.component())) {
          return new Group(price, component);
        }
      }
      throw new IllegalStateException(
          "price version " + price.id() + " has no component " + slot.component());
    }

    private void cover(
        Map<Slot, Group> groups, long period, PriceVersion price, Phase phase, long periodEnd) {
      long from = Math.max(phase.fromSecond(), calendar.startOf(period));
      long to = Math.min(phase.toSecond(), periodEnd);
      for (PriceComponent component : price.components()) {
        boolean advance = isAdvance(price, component);
        if (component.per() == Per.UNIT) {
          continue;
        }
        if (component.per() == Per.ONCE) {
          long due = Math.max(from, trialEnd);
          if (due <= through && due < to) {
            chargeOnce(price, component, phase, due);
          }
          continue;
        }
        // Free time is told in arrears: nothing of it need ever be given back.
        add(
            groups,
            new Slot(period, price.id(), component.code(), true),
            price,
            component,
            new Piece(from, Math.min(Math.min(to, through), trialEnd), phase.quantity()));
        Slot slot = new Slot(period, price.id(), component.code(), false);
        // A charge in advance waits for the end of a trial; once made, it is not undone by a run
        // for
        // an earlier instant.
        if (!advance || trialEnd <= through || mark.open().containsKey(slot)) {
          long limit = advance ? to : Math.min(to, through);
          add(
              groups,
              slot,
              price,
              component,
              new Piece(Math.max(from, trialEnd), limit, phase.quantity()));
        }
      }
    }

    private static void add(
        Map<Slot, Group> groups,
        Slot slot,
        PriceVersion price,
        PriceComponent component,
        Piece piece) {
      if (piece.from() < piece.to()) {
        Group group = groups.computeIfAbsent(slot, k -> new Group(price, component));
        Pieces.append(group.pieces, piece);
      }
    }

    private boolean isWanted(PriceVersion price) {
      return scope == ChargeScope.ALL || price.billing() == BillingMode.IN_ADVANCE;
    }

    private void settle(Slot slot, Group group, long periodSeconds) {
      Covered before = mark.open().getOrDefault(slot, Covered.NOTHING);
      if (scope == ChargeScope.ADVANCE_ONLY
          && (slot.free() || !isAdvance(group.price, group.component))) {
        if (!before.pieces().isEmpty()) {
          open.put(slot, before);
        }
        return;
      }
      List<Piece> removed = Pieces.minus(before.pieces(), group.pieces);
      List<Piece> added = Pieces.minus(group.pieces, before.pieces());
      TimeCost cost =
          new TimeCost(
              group.component,
              group.price.month(),
              periodSeconds,
              group.price.currency().minorDigits());
      for (Piece piece : before.pieces()) {
        cost.add(piece.quantity(), piece.seconds());
      }
      long charged = before.minorUnits();
      for (Piece piece : removed) {
        cost.add(piece.quantity(), -piece.seconds());
        charged = line(slot, group, cost, piece, charged, ChargeKind.CREDIT);
      }
      for (Piece piece : added) {
        cost.add(piece.quantity(), piece.seconds());
        charged =
            line(
                slot,
                group,
                cost,
                piece,
                charged,
                slot.free() ? ChargeKind.TRIAL : ChargeKind.RECURRING);
      }
      if (!group.pieces.isEmpty()) {
        open.put(slot, new Covered(charged, group.pieces));
      }
    }

    /** Charges one piece; gives what is charged in all now. */
    private long line(
        Slot slot, Group group, TimeCost cost, Piece piece, long charged, ChargeKind kind) {
      long total = slot.free() ? 0 : cost.minorUnits();
      PriceComponent component = group.component;
      BigDecimal rate = cost.rate(piece.quantity());
      BigDecimal quantity =
          BigDecimal.valueOf(piece.seconds())
              .divide(
                  component.per() == Per.HOUR ? HOUR_SECONDS : cost.monthSeconds(),
                  TIME_DECIMALS,
                  RoundingMode.HALF_UP)
              .stripTrailingZeros();
      if (quantity.scale() < 0) {
        quantity = quantity.setScale(0);
      }
      String unit = component.per() == Per.HOUR ? "h" : "month";
      charges.add(
          new Charge(
              life.customerId(),
              life.subscriptionId(),
              group.price.productCode(),
              component.code(),
              describe(group.price, component),
              new Interval(Instant.ofEpochSecond(piece.from()), Instant.ofEpochSecond(piece.to())),
              quantity,
              unit,
              kind == ChargeKind.TRIAL ? BigDecimal.ZERO : rate,
              Amount.ofMinor(Math.subtractExact(total, charged), group.price.currency()),
              kind,
              explain(group.price, cost, quantity.toPlainString() + " " + unit, rate, kind)));
      return total;
    }

    private void chargeOnce(PriceVersion price, PriceComponent component, Phase phase, long due) {
      if (once.contains(component.code()) || held.contains(component.code())) {
        return;
      }
      if (!isWanted(price)) {
        // The first of its code is the one to be charged, whichever run comes first.
        held.add(component.code());
        return;
      }
      once.add(component.code());
      BigDecimal exact = component.rate(phase.quantity());
      Instant at = Instant.ofEpochSecond(due);
      charges.add(
          new Charge(
              life.customerId(),
              life.subscriptionId(),
              price.productCode(),
              component.code(),
              describe(price, component),
              new Interval(at, at),
              BigDecimal.ONE,
              "once",
              exact,
              Amount.round(exact, price.currency(), RoundingMode.HALF_UP),
              ChargeKind.ONCE,
              "once " + exact.toPlainString() + " " + price.currency()));
    }
  }

  /** The price of a phase in a period: the one it began under, or since moved to by a raise. */
  static PriceVersion priceIn(CatalogSnapshot catalog, Phase phase, long periodFrom) {
    return phase.fromSecond() >= periodFrom
        ? catalog.version(phase.priceVersionId())
        : catalog.renewed(phase.priceVersionId(), Instant.ofEpochSecond(periodFrom));
  }

  private static boolean isAdvance(PriceVersion price, PriceComponent component) {
    return price.billing() == BillingMode.IN_ADVANCE && component.per() == Per.MONTH;
  }

  private static String explain(
      PriceVersion price, TimeCost cost, String time, BigDecimal rate, ChargeKind kind) {
    if (kind == ChargeKind.TRIAL) {
      return time + " of free trial";
    }
    String text = time + " × " + rate.toPlainString() + " " + price.currency();
    BigDecimal cap = cost.capReached();
    if (kind == ChargeKind.CREDIT) {
      return text + " not used, given back";
    }
    return cap == null
        ? text
        : text + ", capped at " + cap.toPlainString() + " " + price.currency();
  }

  private String describe(PriceVersion price, PriceComponent component) {
    String known = descriptions.get(component);
    if (known == null) {
      known = describe(catalog, price, component);
      descriptions.put(component, known);
    }
    return known;
  }

  /** What an invoice line is called. */
  static String describe(CatalogSnapshot catalog, PriceVersion price, PriceComponent component) {
    String product =
        catalog.findProduct(price.productCode()).map(p -> p.name()).orElse(price.productCode());
    String options = price.tariff().when().replace(",", ", ");
    return product + (options.isEmpty() ? "" : " (" + options + ")") + ": " + component.name();
  }
}
