package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * What was charged in advance with a discount is given back with it: nobody gets more for time not
 * used than was paid for it. Two lists of one statement, and none where nothing is given back.
 */
final class DiscountedReturns {
  private DiscountedReturns() {}

  /** A line that gives back. */
  private record Place(InvoiceDraft draft, int index, DraftLine line, Interval interval) {}

  /** The drafts with what they give back reduced by what was taken off when it was charged. */
  static List<InvoiceDraft> apply(Handle handle, List<InvoiceDraft> drafts) {
    List<Place> places = places(drafts);
    if (places.isEmpty()) {
      return drafts;
    }
    Map<Integer, BigDecimal> shares = shares(handle, places);
    Map<UUID, List<DraftLine>> changed = new HashMap<>();
    shares.forEach(
        (n, share) -> {
          Place place = places.get(n);
          changed
              .computeIfAbsent(place.draft().id(), id -> new ArrayList<>(place.draft().lines()))
              .set(place.index(), less(place.line(), share));
        });
    return drafts.stream().map(d -> d.withLines(changed.getOrDefault(d.id(), d.lines()))).toList();
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

  /** By the places' indexes, the part of the charge that was taken off; only of discounted ones. */
  private static Map<Integer, BigDecimal> shares(Handle handle, List<Place> places) {
    Map<Integer, BigDecimal> shares = new HashMap<>();
    handle
        .createQuery(
            "select w.n - 1, x.discount, x.charged"
                + " from unnest(:customers, :subscriptions, :components,"
                + "   cast(:from as timestamptz[]), cast(:to as timestamptz[]))"
                + "   with ordinality as w(customer, subscription, component, from_at, to_at, n)"
                + " cross join lateral (select l.invoice_id, l.from_at, l.to_at"
                + "   from @.invoice_line l join @.invoice i"
                + "     on i.customer_id = l.customer_id and i.id = l.invoice_id"
                + "   where l.customer_id = w.customer and l.subscription_id = w.subscription"
                + "   and l.component = w.component and l.amount > 0 and l.from_at <= w.from_at"
                + "   and l.to_at >= w.to_at and i.kind <> 'CREDIT_NOTE'"
                + "   and i.status in ('OPEN', 'PAID') order by i.id desc limit 1) s"
                + " cross join lateral (select"
                + "   coalesce(-sum(d.amount) filter (where d.component = :coupon), 0) as discount,"
                + "   coalesce(sum(d.amount) filter"
                + "     (where d.component <> :coupon and d.amount > 0), 0) as charged"
                + "   from @.invoice_line d where d.customer_id = w.customer"
                + "   and d.invoice_id = s.invoice_id and d.subscription_id = w.subscription"
                + "   and d.from_at = s.from_at and d.to_at = s.to_at) x"
                + " where x.discount > 0 and x.charged > 0")
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
                shares.put(
                    row.getInt(1),
                    row.getBigDecimal(2)
                        .divide(row.getBigDecimal(3), 18, RoundingMode.HALF_UP)
                        .min(BigDecimal.ONE)))
        .list();
    return shares;
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
        line.explanation() + "; at the discounted price it was charged at");
  }
}
