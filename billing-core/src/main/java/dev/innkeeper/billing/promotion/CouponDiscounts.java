package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.invoice.DraftLine;
import dev.innkeeper.billing.invoice.InvoiceDraft;
import dev.innkeeper.billing.invoice.InvoiceKind;
import dev.innkeeper.billing.invoice.LineContributor;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.promotion.CouponPlan.Base;
import dev.innkeeper.billing.promotion.CouponPlan.Discount;
import dev.innkeeper.billing.promotion.CouponPlan.Usable;
import dev.innkeeper.billing.promotion.CouponTerms.Lasts;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Puts redeemed coupons on the invoices of billing runs: one line for each subscription, time and
 * coupon, taxed as what it discounts. Invoices written by hand are left alone. Two statements read
 * for a chunk of customers, and two write what was used up. Thread-safe.
 */
public final class CouponDiscounts implements LineContributor {
  private final Database db;
  private final Customers customers;
  private final Clock clock;

  public CouponDiscounts(Database db, Customers customers, Clock clock) {
    this.db = db;
    this.customers = customers;
    this.clock = clock;
  }

  /** A redemption that is not used up, and what this chunk takes off with it. */
  private static final class Held {
    private final UUID customerId;
    private final String label;
    private final Usable usable;
    private boolean spent;

    Held(UUID customerId, String label, Usable usable) {
      this.customerId = customerId;
      this.label = label;
      this.usable = usable;
    }
  }

  /** A row of what was used. */
  private record Use(
      UUID customerId, UUID redemptionId, UUID invoiceId, long period, Amount amount) {}

  /** What becomes one line. */
  private record LineKey(
      UUID redemptionId,
      @Nullable UUID subscriptionId,
      String productCode,
      String taxClass,
      @Nullable Interval interval) {}

  @Override
  public Map<UUID, List<DraftLine>> contribute(List<InvoiceDraft> drafts, Purpose purpose) {
    List<InvoiceDraft> own =
        drafts.stream()
            .filter(d -> d.kind() == InvoiceKind.CYCLE || d.kind() == InvoiceKind.IMMEDIATE)
            .toList();
    return db.tx(
        handle -> {
          Map<UUID, List<Held>> held = held(handle, own);
          if (held.isEmpty()) {
            return Map.of();
          }
          Map<UUID, BillingCalendar> calendars = new HashMap<>();
          for (Customer customer : customers.findAll(held.keySet())) {
            calendars.put(customer.id(), customer.calendar());
          }
          Map<UUID, List<DraftLine>> lines = new HashMap<>();
          List<Use> uses = new ArrayList<>();
          for (InvoiceDraft draft : own) {
            List<Held> coupons = held.get(draft.customerId());
            BillingCalendar calendar = calendars.get(draft.customerId());
            if (coupons != null && calendar != null) {
              List<DraftLine> added = discount(draft, calendar, coupons, uses);
              if (!added.isEmpty()) {
                lines.put(draft.id(), added);
              }
            }
          }
          if (purpose == Purpose.ISSUE) {
            record(handle, uses);
          }
          return lines;
        });
  }

  private List<DraftLine> discount(
      InvoiceDraft draft, BillingCalendar calendar, List<Held> coupons, List<Use> uses) {
    List<DraftLine> charged = draft.lines().stream().filter(l -> l.amount().isPositive()).toList();
    Map<UUID, Held> byId = new LinkedHashMap<>();
    for (Held coupon : coupons) {
      if (!coupon.spent) {
        byId.put(coupon.usable.redemptionId(), coupon);
      }
    }
    List<Base> bases = charged.stream().map(l -> base(draft, l, calendar)).toList();
    CouponPlan plan =
        CouponPlan.of(bases, draft.sum(), byId.values().stream().map(c -> c.usable).toList());
    Map<LineKey, Amount> sums = new LinkedHashMap<>();
    for (Discount discount : plan.discounts()) {
      Held coupon = byId.get(discount.redemptionId());
      if (coupon == null) {
        throw new IllegalStateException("a discount by a coupon that was not asked");
      }
      DraftLine line = charged.get(discount.base());
      LineKey key =
          new LineKey(
              discount.redemptionId(),
              line.subscriptionId(),
              line.productCode(),
              line.taxClass(),
              line.interval());
      sums.merge(key, discount.amount(), Amount::plus);
      note(coupon, draft, bases.get(discount.base()).period(), discount.amount(), uses);
    }
    List<DraftLine> lines = new ArrayList<>();
    sums.forEach((key, amount) -> lines.add(line(key, amount, byId)));
    return lines;
  }

  /** Remembers a use, for the rows to write and for the customer's next draft in this chunk. */
  private static void note(
      Held coupon, InvoiceDraft draft, long period, Amount amount, List<Use> uses) {
    coupon.usable.usedMinor().merge(period, amount.minorUnits(), Math::addExact);
    coupon.spent = coupon.usable.terms().lasts() == Lasts.ONCE;
    uses.add(new Use(coupon.customerId, coupon.usable.redemptionId(), draft.id(), period, amount));
  }

  /** When the time begins that a line is for. */
  private Instant begins(InvoiceDraft draft, DraftLine line) {
    Interval interval = line.interval();
    BillingCalendar.Period period = draft.period();
    return interval != null ? interval.from() : period != null ? period.from() : clock.instant();
  }

  private Base base(InvoiceDraft draft, DraftLine line, BillingCalendar calendar) {
    Instant begins = begins(draft, line);
    return new Base(line.productCode(), line.amount(), begins, calendar.periodAt(begins).index());
  }

  private static DraftLine line(LineKey key, Amount amount, Map<UUID, Held> coupons) {
    Held coupon = coupons.get(key.redemptionId());
    Amount discount = amount.negated();
    return new DraftLine(
        key.subscriptionId(),
        key.productCode(),
        DraftLine.COUPON,
        coupon == null ? "Coupon" : coupon.label,
        key.interval(),
        BigDecimal.ONE,
        "piece",
        discount.toDecimal(),
        discount,
        key.taxClass(),
        "");
  }

  /** By customer; without those that had lapsed before the time of any charge. */
  private Map<UUID, List<Held>> held(Handle handle, List<InvoiceDraft> drafts) {
    Instant earliest = clock.instant();
    for (InvoiceDraft draft : drafts) {
      for (DraftLine line : draft.lines()) {
        Instant begins = begins(draft, line);
        earliest = begins.isBefore(earliest) ? begins : earliest;
      }
    }
    Map<UUID, List<Held>> held = new HashMap<>();
    Map<UUID, Held> byId = new HashMap<>();
    handle
        .createQuery(
            "select r.customer_id, r.id as redemption_id, r.coupon_id, r.from_at, r.until_at, "
                + CouponRows.TERMS
                + " from @.coupon_redemption r join @.coupon c on c.id = r.coupon_id"
                + " where r.customer_id = any(:customers) and r.ended_at is null"
                + " and (r.until_at is null or r.until_at > :earliest)"
                + " order by r.customer_id, r.id")
        .bindArray(
            "customers",
            UUID.class,
            drafts.stream().map(InvoiceDraft::customerId).distinct().toList())
        .bind("earliest", earliest.atOffset(ZoneOffset.UTC))
        .map(
            (row, context) -> {
              CouponTerms terms = CouponRows.terms(row);
              UUID id = row.getObject("redemption_id", UUID.class);
              return new Held(
                  row.getObject("customer_id", UUID.class),
                  "Coupon " + row.getString("code") + ": " + terms.label(),
                  new Usable(
                      id,
                      row.getObject("coupon_id", UUID.class),
                      terms,
                      CouponRows.required(row, "from_at"),
                      SqlValues.instantOrNull(row, "until_at"),
                      new HashMap<>()));
            })
        .forEach(
            one -> {
              held.computeIfAbsent(one.customerId, id -> new ArrayList<>()).add(one);
              byId.put(one.usable.redemptionId(), one);
            });
    if (!byId.isEmpty()) {
      handle
          .createQuery(
              "select redemption_id, period_index, sum(amount_minor) from @.coupon_use"
                  + " where customer_id = any(:customers) and redemption_id = any(:redemptions)"
                  + " and returned_at is null group by redemption_id, period_index")
          .bindArray("customers", UUID.class, held.keySet())
          .bindArray("redemptions", UUID.class, byId.keySet())
          .map(
              (row, context) -> {
                Held one = byId.get(row.getObject(1, UUID.class));
                return one != null
                    && one.usable.usedMinor().put(row.getLong(2), row.getLong(3)) == null;
              })
          .list();
    }
    return held;
  }

  /** Stores what was taken off, in the transaction that issues the invoices. */
  private void record(Handle handle, List<Use> uses) {
    if (uses.isEmpty()) {
      return;
    }
    String now = clock.instant().toString();
    handle
        .createUpdate(
            "insert into @.coupon_use (customer_id, redemption_id, invoice_id, period_index,"
                + " amount_minor, currency, used_at) select c, r, i, p, sum(a), u,"
                + " cast(:now as timestamptz)"
                + " from unnest(:customers, :redemptions, :invoices, :periods, :amounts,"
                + " :currencies) as w(c, r, i, p, a, u) group by c, r, i, p, u")
        .bind("now", now)
        .bindArray("customers", UUID.class, uses.stream().map(Use::customerId).toList())
        .bindArray("redemptions", UUID.class, uses.stream().map(Use::redemptionId).toList())
        .bindArray("invoices", UUID.class, uses.stream().map(Use::invoiceId).toList())
        .bindArray("periods", Long.class, uses.stream().map(Use::period).toList())
        .bindArray("amounts", Long.class, uses.stream().map(u -> u.amount().minorUnits()).toList())
        .bindArray(
            "currencies",
            String.class,
            uses.stream().map(u -> u.amount().currency().code()).toList())
        .execute();
    handle
        .createUpdate(
            "update @.coupon_redemption r set invoices = r.invoices + w.n,"
                + " ended_at = case when r.invoices + w.n = r.invoices_max"
                + "   then cast(:now as timestamptz) end"
                + " from (select c, d, count(distinct i) as n"
                + "   from unnest(:customers, :redemptions, :invoices) as u(c, d, i)"
                + "   group by c, d) w where r.customer_id = w.c and r.id = w.d")
        .bind("now", now)
        .bindArray("customers", UUID.class, uses.stream().map(Use::customerId).toList())
        .bindArray("redemptions", UUID.class, uses.stream().map(Use::redemptionId).toList())
        .bindArray("invoices", UUID.class, uses.stream().map(Use::invoiceId).toList())
        .execute();
  }
}
