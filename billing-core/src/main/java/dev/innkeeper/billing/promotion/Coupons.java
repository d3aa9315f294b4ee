package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentCore;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.promotion.CouponResult.Reason;
import dev.innkeeper.billing.promotion.CouponTerms.Lasts;
import dev.innkeeper.billing.time.BillingCalendar;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Creates and redeems coupons. A coupon is redeemed at most as often as it allows, by all customers
 * together and by each, whoever races whom. Thread-safe.
 */
public final class Coupons {
  private static final int PAGE_MAX = 1_000;
  private static final int OPEN_MAX = 50;

  private final Database db;
  private final Commands commands;
  private final EventLog events;
  private final Ids ids;
  private final Clock clock;
  private final Customers customers;

  public Coupons(PaymentCore core) {
    this.db = core.db();
    this.commands = core.commands();
    this.events = core.events();
    this.ids = core.ids();
    this.clock = core.clock();
    this.customers = core.customers();
  }

  /**
   * Creates a coupon. Its terms never change; {@link #withdraw} it and create another instead.
   *
   * @param actor who creates it, for the record
   * @param key a repeat with the same key and content finds the first coupon
   * @throws InvalidInput naming every field at fault
   * @throws Conflict with code {@code coupon-exists} when another coupon has the code
   */
  public Coupon create(NewCoupon wanted, String actor, String key) {
    wanted.validate(clock.instant());
    UUID id =
        commands.once(
            Commands.NO_OWNER,
            "coupon.create:" + key,
            wanted,
            UUID.class,
            () -> db.tx(handle -> insert(handle, wanted, actor)));
    return get(id);
  }

  private UUID insert(Handle handle, NewCoupon wanted, String actor) {
    UUID id = ids.next();
    Instant now = clock.instant();
    CouponTerms terms = wanted.terms();
    Amount amount = terms.amount();
    Instant validUntil = wanted.validUntil();
    int inserted =
        handle
            .createUpdate(
                "insert into @.coupon (id, code, name, percent, amount_minor, currency, products,"
                    + " lasts, periods, stacking, redemptions_max, redemptions_a_customer_max,"
                    + " valid_from, valid_until, created_by, created_at) values (:id, :code, :name,"
                    + " cast(:percent as numeric), cast(:amount as bigint), cast(:currency as text),"
                    + " :products, :lasts, cast(:periods as int), :stacking, cast(:max as int),"
                    + " :perCustomer, :from, cast(:until as timestamptz), :actor, :now)"
                    + " on conflict (code) do nothing")
            .bind("id", id)
            .bind("code", NewCoupon.normalized(wanted.code()))
            .bind("name", wanted.name().strip())
            .bind("percent", terms.percent())
            .bind("amount", amount == null ? null : Long.valueOf(amount.minorUnits()))
            .bind("currency", amount == null ? null : amount.currency().code())
            .bindArray("products", String.class, terms.products().stream().sorted().toList())
            .bind("lasts", terms.lasts().name())
            .bind("periods", terms.periods())
            .bind("stacking", terms.stacking().name())
            .bind("max", wanted.redemptionsMax())
            .bind("perCustomer", wanted.redemptionsPerCustomerMax())
            .bind("from", at(wanted.validFrom() == null ? now : wanted.validFrom()))
            .bind("until", validUntil == null ? null : at(validUntil))
            .bind("actor", actor)
            .bind("now", at(now))
            .execute();
    if (inserted == 0) {
      throw new Conflict(
          "coupon-exists",
          "there is a coupon '" + NewCoupon.normalized(wanted.code()) + "'; choose another code");
    }
    return id;
  }

  /**
   * @throws NotFound when there is no such coupon
   */
  public Coupon get(UUID id) {
    return db.tx(
        handle ->
            handle
                .createQuery("select " + CouponRows.ALL + " from @.coupon c where c.id = :id")
                .bind("id", id)
                .map((row, context) -> CouponRows.coupon(row))
                .findOne()
                .orElseThrow(() -> new NotFound("coupon", id.toString())));
  }

  /**
   * Coupons, newest first.
   *
   * @param before the last id of the page before; null for the first page
   * @param limit at most 1,000
   */
  public List<Coupon> list(@Nullable UUID before, int limit) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select "
                        + CouponRows.ALL
                        + " from @.coupon c where cast(:before as uuid) is null"
                        + " or c.id < cast(:before as uuid) order by c.id desc limit :limit")
                .bind("before", before)
                .bind("limit", Math.min(limit, PAGE_MAX))
                .map((row, context) -> CouponRows.coupon(row))
                .list());
  }

  /**
   * Lets nobody redeem the coupon any more. Who did so before keeps the discount.
   *
   * @throws NotFound when there is no such coupon
   */
  public Coupon withdraw(UUID id) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.coupon set withdrawn_at = :now"
                        + " where id = :id and withdrawn_at is null")
                .bind("now", at(clock.instant()))
                .bind("id", id)
                .execute());
    return get(id);
  }

  /**
   * Redeems a coupon: invoices issued from now on are discounted. Invoices that are open stay as
   * they are.
   *
   * @param typed the code as a person typed it, in any case
   * @param key a repeat with the same key and content gives the first outcome
   * @throws NotFound when there is no such customer
   */
  public CouponResult redeem(UUID customerId, String typed, String key) {
    String code = NewCoupon.normalized(typed);
    customers.get(customerId);
    Outcome outcome =
        commands.once(
            customerId,
            "coupon.redeem:" + key,
            code,
            Outcome.class,
            () -> db.tx(handle -> redeem(handle, customerId, code)));
    UUID id = outcome.redemptionId();
    if (id != null) {
      return new CouponResult.Redeemed(redemption(customerId, id));
    }
    Reason reason = outcome.reason();
    return (reason == null ? Reason.UNKNOWN : reason).refused();
  }

  /** A result as it is stored under the command's key. */
  private record Outcome(@Nullable Reason reason, @Nullable UUID redemptionId) {
    static Outcome refused(Reason reason) {
      return new Outcome(reason, null);
    }
  }

  private Outcome redeem(Handle handle, UUID customerId, String code) {
    customers.lock(customerId);
    Optional<Coupon> found =
        handle
            .createQuery("select " + CouponRows.ALL + " from @.coupon c where c.code = :code")
            .bind("code", code)
            .map((row, context) -> CouponRows.coupon(row))
            .findOne();
    if (found.isEmpty()) {
      return Outcome.refused(Reason.UNKNOWN);
    }
    Coupon coupon = found.get();
    Customer customer = customers.get(customerId);
    Optional<Reason> refusal = refusal(coupon, customer.currency());
    if (refusal.isPresent()) {
      return Outcome.refused(refusal.get());
    }
    Instant now = clock.instant();
    record Counts(int ofCoupon, int open, @Nullable Instant until) {}
    Counts counts =
        handle
            .createQuery(
                "select count(*) filter (where coupon_id = :coupon),"
                    + " count(*) filter"
                    + "   (where ended_at is null and (until_at is null or until_at > :now)),"
                    + " max(until_at) filter (where coupon_id = :coupon and until_at > :now) as until"
                    + " from @.coupon_redemption where customer_id = :c")
            .bind("coupon", coupon.id())
            .bind("now", at(now))
            .bind("c", customerId)
            .map(
                (row, context) ->
                    new Counts(row.getInt(1), row.getInt(2), SqlValues.instantOrNull(row, "until")))
            .one();
    if (counts.ofCoupon() >= coupon.redemptionsPerCustomerMax()) {
      return Outcome.refused(Reason.USED_BY_YOU);
    }
    if (counts.open() >= OPEN_MAX) {
      return Outcome.refused(Reason.TOO_MANY);
    }
    int taken =
        handle
            .createUpdate(
                "update @.coupon set redemptions = redemptions + 1 where id = :id"
                    + " and withdrawn_at is null"
                    + " and (redemptions_max is null or redemptions < redemptions_max)")
            .bind("id", coupon.id())
            .execute();
    if (taken == 0) {
      return Outcome.refused(
          get(coupon.id()).withdrawnAt() != null ? Reason.WITHDRAWN : Reason.USED_UP);
    }
    // Redeemed again while it lasts, it lasts so much longer.
    Instant until = counts.until();
    Instant from = until == null ? now : until;
    int number = counts.ofCoupon() + 1;
    return new Outcome(null, insertRedemption(handle, customer, coupon, number, from));
  }

  private Optional<Reason> refusal(Coupon coupon, Currency currency) {
    Instant now = clock.instant();
    Instant validUntil = coupon.validUntil();
    Amount amount = coupon.terms().amount();
    if (coupon.withdrawnAt() != null) {
      return Optional.of(Reason.WITHDRAWN);
    }
    if (now.isBefore(coupon.validFrom())) {
      return Optional.of(Reason.NOT_YET);
    }
    if (validUntil != null && !now.isBefore(validUntil)) {
      return Optional.of(Reason.EXPIRED);
    }
    return amount != null && !amount.currency().equals(currency)
        ? Optional.of(Reason.OTHER_CURRENCY)
        : Optional.empty();
  }

  /**
   * @param begins in the first billing period that it is for
   */
  private UUID insertRedemption(
      Handle handle, Customer customer, Coupon coupon, int number, Instant begins) {
    UUID id = ids.next();
    BillingCalendar.Period period = customer.calendar().periodAt(begins);
    Integer periods = coupon.terms().periods();
    Instant untilAt =
        periods == null ? null : customer.calendar().startOf(period.index() + periods);
    handle
        .createUpdate(
            "insert into @.coupon_redemption (customer_id, id, coupon_id, number, redeemed_at,"
                + " from_at, until_at, invoices_max) values (:c, :id, :coupon, :number, :now, :from,"
                + " cast(:until as timestamptz), cast(:max as int))")
        .bind("c", customer.id())
        .bind("id", id)
        .bind("coupon", coupon.id())
        .bind("number", number)
        .bind("now", at(clock.instant()))
        .bind("from", at(period.from()))
        .bind("until", untilAt == null ? null : at(untilAt))
        .bind("max", coupon.terms().lasts() == Lasts.ONCE ? Integer.valueOf(1) : null)
        .execute();
    events.append(
        new CouponRedeemed(
            customer.id(), id, coupon.id(), coupon.code(), coupon.terms().label(), untilAt));
    return id;
  }

  /** What the customer redeemed, newest first, at most 1,000. */
  public List<CouponRedemption> redemptions(UUID customerId) {
    return db.tx(handle -> redemptions(handle, customerId));
  }

  private CouponRedemption redemption(UUID customerId, UUID id) {
    return redemptions(customerId).stream()
        .filter(r -> r.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new NotFound("coupon-redemption", id.toString()));
  }

  private static List<CouponRedemption> redemptions(Handle handle, UUID customerId) {
    Map<UUID, List<Amount>> takenOff = new HashMap<>();
    handle
        .createQuery(
            "select redemption_id, currency, sum(amount_minor) from @.coupon_use"
                + " where customer_id = :c and returned_at is null"
                + " group by redemption_id, currency order by currency")
        .bind("c", customerId)
        .map(
            (row, context) ->
                takenOff
                    .computeIfAbsent(row.getObject(1, UUID.class), id -> new ArrayList<>())
                    .add(Amount.ofMinor(row.getLong(3), Currency.of(row.getString(2)))))
        .list();
    return handle
        .createQuery(
            "select r.customer_id, r.id as redemption_id, r.redeemed_at, r.from_at, r.until_at,"
                + " r.invoices, r.ended_at, "
                + CouponRows.ALL
                + " from @.coupon_redemption r join @.coupon c on c.id = r.coupon_id"
                + " where r.customer_id = :c order by r.id desc limit "
                + PAGE_MAX)
        .bind("c", customerId)
        .map(
            (row, context) -> {
              UUID id = row.getObject("redemption_id", UUID.class);
              return new CouponRedemption(
                  customerId,
                  id,
                  CouponRows.coupon(row),
                  CouponRows.required(row, "redeemed_at"),
                  CouponRows.required(row, "from_at"),
                  SqlValues.instantOrNull(row, "until_at"),
                  row.getInt("invoices"),
                  SqlValues.instantOrNull(row, "ended_at"),
                  takenOff.getOrDefault(id, List.of()));
            })
        .list();
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
