package dev.innkeeper.billing.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * What was charged in advance with a discount is given back with it, and what was charged by an
 * invoice that is void or was given up, or was taken back by a credit note, is not given back:
 * nobody gets more for time not used than was paid for it. One statement, and none where nothing is
 * given back.
 *
 * @param drafts with what they give back reduced by what was taken off when it was charged
 * @param taxes by draft, how that was taxed when it was charged; only of drafts that give back
 */
record DiscountedReturns(List<InvoiceDraft> drafts, Map<UUID, Set<TaxTreatment>> taxes) {
  private static final int SHARE_DECIMALS = 18;

  /** What credit notes took back of the line {@code l}. */
  private static final String CREDITED =
      "(select coalesce(sum(c.amount), 0) from @.invoice n join @.invoice_line c"
          + " on c.customer_id = n.customer_id and c.invoice_id = n.id and c.position = l.position"
          + " where n.customer_id = l.customer_id and n.corrects = l.invoice_id)";

  /** A line that gives back. */
  private record Place(InvoiceDraft draft, int index, DraftLine line, Interval interval) {}

  static DiscountedReturns of(Handle handle, ObjectMapper json, List<InvoiceDraft> drafts) {
    List<Place> places = places(drafts);
    if (places.isEmpty()) {
      return new DiscountedReturns(drafts, Map.of());
    }
    List<Charged> charged = charged(handle, json, places);
    Map<UUID, Set<TaxTreatment>> taxes = new HashMap<>();
    for (Charged line : charged) {
      if (!line.isUndone()) {
        UUID draft = places.get(line.place()).draft().id();
        taxes.computeIfAbsent(draft, id -> new HashSet<>()).add(line.tax());
      }
    }
    return new DiscountedReturns(reduced(drafts, places, charged), taxes);
  }

  private static List<InvoiceDraft> reduced(
      List<InvoiceDraft> drafts, List<Place> places, List<Charged> charged) {
    Map<Integer, BigDecimal> shares = shares(places, charged);
    Map<UUID, List<DraftLine>> changed = new HashMap<>();
    shares.forEach(
        (n, share) -> {
          Place place = places.get(n);
          changed
              .computeIfAbsent(place.draft().id(), id -> new ArrayList<>(place.draft().lines()))
              .set(place.index(), less(place.line(), share));
        });
    return drafts.stream()
        .map(d -> d.withLines(changed.getOrDefault(d.id(), d.lines())))
        .filter(d -> !changed.containsKey(d.id()) || isAnything(d))
        .toList();
  }

  /** Whether a draft is left with anything but lines of nothing. */
  private static boolean isAnything(InvoiceDraft draft) {
    return draft.lines().stream().anyMatch(line -> !line.amount().isZero());
  }

  private static List<Place> places(List<InvoiceDraft> drafts) {
    List<Place> places = new ArrayList<>();
    for (InvoiceDraft draft : drafts) {
      for (int i = 0; i < draft.lines().size(); i++) {
        DraftLine line = draft.lines().get(i);
        Interval interval = line.interval();
        if (line.amount().isNegative() && line.subscriptionId() != null && interval != null) {
          places.add(new Place(draft, i, line, interval));
        }
      }
    }
    return places;
  }

  /** A line of an invoice. */
  private record Position(UUID invoiceId, int position) {}

  /**
   * A line that charged the time.
   *
   * @param isOwed not when its invoice is void or was given up
   * @param credited what credit notes took back of it
   * @param returned what was given back since for other time of it, by lines of invoices
   * @param replaces whether its invoice gives back what was charged for the time before
   * @param discount what was taken off all charges of its time, which are {@code charged}
   * @param discountCredited how much of the discount credit notes took back
   */
  private record Charged(
      int place,
      Position line,
      BigDecimal amount,
      BigDecimal seconds,
      boolean isOwed,
      BigDecimal credited,
      BigDecimal returned,
      boolean replaces,
      TaxTreatment tax,
      BigDecimal discount,
      BigDecimal discountCredited,
      BigDecimal charged) {
    /** What it charged for so many seconds of its time. */
    BigDecimal of(long returnedSeconds) {
      return amount
          .multiply(BigDecimal.valueOf(returnedSeconds))
          .divide(seconds, MathContext.DECIMAL128);
    }

    BigDecimal share() {
      return discount.divide(charged, MathContext.DECIMAL128).min(BigDecimal.ONE);
    }

    /** Whether nothing of it stands, so that what was charged for the time before does. */
    boolean isUndone() {
      return !isOwed || (credited.compareTo(amount) == 0 && !replaces);
    }

    /** What may still be given back of it, at the price that was paid. */
    BigDecimal left() {
      BigDecimal paid =
          amount
              .multiply(charged.subtract(discount).add(discountCredited))
              .divide(charged, MathContext.DECIMAL128);
      return paid.subtract(credited).subtract(returned).max(BigDecimal.ZERO);
    }
  }

  /** By the places' indexes, the part of the charge that is not owed; only where there is one. */
  private static Map<Integer, BigDecimal> shares(List<Place> places, List<Charged> charged) {
    Map<Integer, List<Charged>> byPlace = new TreeMap<>();
    for (Charged line : charged) {
      byPlace.computeIfAbsent(line.place(), place -> new ArrayList<>()).add(line);
    }
    Map<Position, BigDecimal> taken = new HashMap<>();
    Map<Integer, BigDecimal> shares = new HashMap<>();
    byPlace.forEach(
        (n, lines) -> {
          BigDecimal share = share(places.get(n), lines, taken);
          if (share.signum() > 0) {
            shares.put(n, share);
          }
        });
    return shares;
  }

  /**
   * The last charge of the time is what comes back: it took the place of those before, unless it
   * was undone. Then what it charged more than those does not come back.
   *
   * @param taken what is given back of lines that credit notes took something of
   */
  private static BigDecimal share(
      Place place, List<Charged> newestFirst, Map<Position, BigDecimal> taken) {
    BigDecimal wanted = BigDecimal.valueOf(place.line().amount().negated().minorUnits());
    Charged last = newestFirst.stream().filter(line -> !line.isUndone()).findFirst().orElse(null);
    if (last == null) {
      return BigDecimal.ONE;
    }
    long seconds = Duration.between(place.interval().from(), place.interval().to()).toSeconds();
    BigDecimal part = last.of(seconds).min(wanted);
    BigDecimal off = part.multiply(last.share());
    if (last.credited().signum() > 0) {
      BigDecimal before = taken.getOrDefault(last.line(), BigDecimal.ZERO);
      BigDecimal most = last.left().subtract(before).max(BigDecimal.ZERO);
      BigDecimal back = part.subtract(off).min(most);
      taken.put(last.line(), before.add(back));
      off = part.subtract(back);
    }
    // That rounding made it a little more than was charged is none of this.
    BigDecimal whole = last.equals(newestFirst.get(0)) ? part : wanted;
    off = off.add(whole.subtract(part));
    return whole.signum() == 0
        ? BigDecimal.ZERO
        : off.divide(whole, MathContext.DECIMAL128).setScale(SHARE_DECIMALS, RoundingMode.HALF_UP);
  }

  private static List<Charged> charged(Handle handle, ObjectMapper json, List<Place> places) {
    return handle
        .createQuery(
            "select w.n - 1, s.invoice_id, s.position, s.amount,"
                + " extract(epoch from s.to_at - s.from_at), s.owed, s.treatment, x.discount,"
                + " x.charged, x.undiscounted, s.credited, r.returned, r.replaces"
                + " from unnest(:customers, :subscriptions, :components,"
                + "   cast(:from as timestamptz[]), cast(:to as timestamptz[]))"
                + "   with ordinality as w(customer, subscription, component, from_at, to_at, n)"
                + " cross join lateral (select l.invoice_id, l.position, l.from_at, l.to_at,"
                + "   l.amount, i.status in ('OPEN', 'PAID') as owed, "
                + CREDITED
                + " as credited, i.tax_groups -> l.tax_group -> 'treatment' as treatment"
                + "   from @.invoice_line l join @.invoice i"
                + "     on i.customer_id = l.customer_id and i.id = l.invoice_id"
                + "   where l.customer_id = w.customer and l.subscription_id = w.subscription"
                + "   and l.component = w.component and l.amount > 0 and l.from_at <= w.from_at"
                + "   and l.to_at >= w.to_at and l.to_at > l.from_at"
                + "   and i.kind <> 'CREDIT_NOTE') s"
                + " cross join lateral (select"
                + "   coalesce(-sum(l.amount) filter (where l.component = :coupon), 0) as discount,"
                + "   coalesce(-sum("
                + CREDITED
                + ") filter (where l.component = :coupon), 0) as undiscounted,"
                + "   coalesce(sum(l.amount) filter"
                + "     (where l.component <> :coupon and l.amount > 0), 0) as charged"
                + "   from @.invoice_line l where l.customer_id = w.customer"
                + "   and l.invoice_id = s.invoice_id and l.subscription_id = w.subscription"
                + "   and l.from_at = s.from_at and l.to_at = s.to_at) x"
                // Only lines of which credit notes took something are asked what else is left.
                + " cross join lateral (select coalesce(sum("
                + CREDITED
                + " - l.amount) filter (where l.to_at <= w.from_at or l.from_at >= w.to_at), 0)"
                + "   as returned, coalesce(bool_or(l.invoice_id = s.invoice_id and l.amount <> "
                + CREDITED
                + ") filter (where l.to_at > w.from_at and l.from_at < w.to_at), false) as replaces"
                + "   from @.invoice_line l join @.invoice i"
                + "     on i.customer_id = l.customer_id and i.id = l.invoice_id"
                + "   where s.credited > 0 and l.customer_id = w.customer"
                + "   and l.subscription_id = w.subscription and l.component = w.component"
                + "   and l.amount < 0 and l.invoice_id >= s.invoice_id"
                + "   and l.from_at < s.to_at and l.to_at > s.from_at"
                + "   and i.kind <> 'CREDIT_NOTE' and i.status in ('OPEN', 'PAID')) r"
                + " where x.charged > 0 order by w.n, s.invoice_id desc, s.position")
        .bindArray(
            "customers", UUID.class, places.stream().map(p -> p.draft().customerId()).toList())
        .bindArray(
            "subscriptions",
            UUID.class,
            places.stream().map(p -> p.line().subscriptionId()).toList())
        .bindArray(
            "components", String.class, places.stream().map(p -> p.line().component()).toList())
        .bindArray(
            "from", String.class, places.stream().map(p -> p.interval().from().toString()).toList())
        .bindArray(
            "to", String.class, places.stream().map(p -> p.interval().to().toString()).toList())
        .bind("coupon", DraftLine.COUPON)
        .map(
            (row, context) ->
                new Charged(
                    row.getInt(1),
                    new Position(row.getObject(2, UUID.class), row.getInt(3)),
                    row.getBigDecimal(4),
                    row.getBigDecimal(5),
                    row.getBoolean(6),
                    row.getBigDecimal(11),
                    row.getBigDecimal(12),
                    row.getBoolean(13),
                    BillingJson.read(json, row.getString(7), TaxTreatment.class),
                    row.getBigDecimal(8),
                    row.getBigDecimal(10),
                    row.getBigDecimal(9)))
        .list();
  }

  private static DraftLine less(DraftLine line, BigDecimal share) {
    Amount amount = line.amount();
    Amount taken =
        Amount.round(amount.toDecimal().multiply(share), amount.currency(), RoundingMode.HALF_UP);
    Amount left = amount.minus(taken);
    return new DraftLine(
        line.subscriptionId(),
        line.productCode(),
        line.component(),
        line.description(),
        line.interval(),
        BigDecimal.ONE,
        "piece",
        left.toDecimal(),
        left,
        line.taxClass(),
        line.explanation() + "; at the price that is owed for it");
  }
}
