package dev.innkeeper.billing.subscription;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.catalog.BillingMode;
import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceComponent.Per;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Ledger;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.rating.Periods;
import dev.innkeeper.billing.rating.Rated;
import dev.innkeeper.billing.rating.TimeRater;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.usage.UsageStore;
import dev.innkeeper.billing.work.DueWork;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws prepaid subscriptions from their customers' cash. Cost over time is known, so the instant
 * at which the cash runs out is computed when something changes, and nothing is done before: a
 * customer is looked at after a change, at that instant, and at the end of a period. What can't be
 * paid any more is suspended from that very instant on, and comes back with the next money.
 * Thread-safe.
 */
public final class PrepaidBurn implements DueWork {
  /** The reason given for a suspension; money lifts no other. */
  public static final String USED_UP = "prepaid balance is used up";

  private static final int CUSTOMERS_A_BATCH = 200;

  /** Further ahead nobody plans; it is looked at again at the end of every period anyway. */
  private static final int PERIODS_AHEAD = 24;

  private static final BigDecimal MONTH_HOURS = BigDecimal.valueOf(672);
  private static final int CHARGES_MAX = 1000;

  /** A customer who can't be drawn is left alone for so long, or until something changes. */
  private static final Duration TRY_AGAIN_AFTER = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(PrepaidBurn.class);

  private final Database db;
  private final Catalog catalog;
  private final Customers customers;
  private final Subscriptions subscriptions;
  private final Ledger ledger;
  private final EventLog events;
  private final ObjectMapper json;
  private final Ids ids;
  private final Clock clock;
  private final BillingReader reader;
  private final BillingRows rows;
  private final UsageStore usageStore;
  private final UsageTaking usage;

  public PrepaidBurn(Subscriptions.Parts parts, Subscriptions subscriptions, Ledger ledger) {
    this.db = parts.db();
    this.catalog = parts.catalog();
    this.customers = parts.customers();
    this.subscriptions = subscriptions;
    this.ledger = ledger;
    this.events = parts.events();
    this.json = parts.json();
    this.ids = parts.ids();
    this.clock = parts.clock();
    this.reader = new BillingReader(db);
    this.rows = new BillingRows(db);
    this.usageStore = new UsageStore(db);
    this.usage = new UsageTaking(usageStore, reader);
  }

  @Override
  public String name() {
    return "prepaid-burn";
  }

  @Override
  public int runBatch(Instant now) {
    try {
      return db.tx(
          handle -> {
            List<UUID> due = due(handle, now, " for no key update skip locked");
            // All are drawn before any is put off: who records usage holds that of many customers
            // first and makes them due last, too.
            due.stream()
                .map(customer -> draw(handle, customer))
                .toList()
                .forEach(next -> remember(handle, next));
            return due.size();
          });
    } catch (RuntimeException e) {
      if (db.inTransaction()) {
        throw e;
      }
      LOG.warn("prepaid customers could not be drawn together; each is drawn alone", e);
      return drawEachAlone(now);
    }
  }

  private static List<UUID> due(Handle handle, Instant now, String lock) {
    return handle
        .createQuery(
            "select s.customer_id from @.customer_state s where s.customer_id in"
                + " (select b.customer_id from @.prepaid_burn b where b.next_at <= :now"
                + " order by b.next_at, b.customer_id limit :limit)"
                + " order by s.customer_id"
                + lock)
        .bind("now", SubscriptionStore.at(now))
        .bind("limit", CUSTOMERS_A_BATCH)
        .mapTo(UUID.class)
        .list();
  }

  /** One who can't be drawn must not keep the others from it. */
  private int drawEachAlone(Instant now) {
    List<UUID> due = db.tx(handle -> due(handle, now, ""));
    for (UUID customer : due) {
      try {
        draw(customer);
      } catch (RuntimeException e) {
        Instant again = now.plus(TRY_AGAIN_AFTER);
        LOG.error("prepaid customer {} can't be drawn; tried again at {}", customer, again, e);
        postpone(customer, now, again);
      }
    }
    return due.size();
  }

  private void postpone(UUID customerId, Instant now, Instant again) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.prepaid_burn set next_at = :again"
                        + " where customer_id = :customer and next_at <= :now")
                .bind("again", SubscriptionStore.at(again))
                .bind("now", SubscriptionStore.at(now))
                .bind("customer", customerId)
                .execute());
  }

  /**
   * Has these customers looked at with the next batch, as their cash changed. Joins the current
   * transaction; one statement.
   */
  public void cashChanged(Collection<UUID> customerIds) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.prepaid_burn set next_at = :now"
                        + " where customer_id = any(:customers) and next_at > :now")
                .bind("now", SubscriptionStore.at(now()))
                .bindArray("customers", UUID.class, customerIds)
                .execute());
  }

  /** Draws what is owed up to now, and computes when the cash runs out. */
  public void draw(UUID customerId) {
    db.run(
        handle -> {
          customers.lock(customerId);
          remember(handle, draw(handle, customerId));
        });
  }

  /** When to look at a customer again. */
  private record Next(UUID customerId, Instant periodEnd, @Nullable Instant depletesAt) {
    Instant at() {
      return depletesAt != null && depletesAt.isBefore(periodEnd) ? depletesAt : periodEnd;
    }
  }

  private Next draw(Handle handle, UUID customerId) {
    Instant now = now();
    BillingCalendar calendar = customers.get(customerId).calendar();
    Collection<Draw> draws = draws(handle, customerId, calendar);
    if (resume(customerId, draws, now)) {
      draws = draws(handle, customerId, calendar);
    }
    Instant depletesAt = null;
    for (Draw each : draws) {
      Instant depletion = each.draw(now);
      if (depletion != null && (depletesAt == null || depletion.isBefore(depletesAt))) {
        depletesAt = depletion;
      }
    }
    return new Next(customerId, calendar.periodAt(now).to(), depletesAt);
  }

  /** What is to be drawn, by currency. */
  private Collection<Draw> draws(Handle handle, UUID customerId, BillingCalendar calendar) {
    CatalogSnapshot prices = catalog.snapshot();
    Map<Currency, Draw> byCurrency = new TreeMap<>();
    Map<UUID, String> parked = new HashMap<>();
    reader.read(
        handle,
        new BillingReader.Wanted(
            BillingRows.Funding.PREPAID, List.of(customerId), Map.of(customerId, calendar)),
        parked,
        row ->
            byCurrency
                .computeIfAbsent(
                    prices.version(row.life().phases().get(0).priceVersionId()).currency(),
                    currency -> new Draw(handle, customerId, prices, calendar, currency))
                .owed
                .add(row));
    // What has ended has no row any more, but may have usage that came late or was not covered.
    for (Currency used : used(handle, customerId, prices)) {
      byCurrency.computeIfAbsent(
          used, currency -> new Draw(handle, customerId, prices, calendar, currency));
    }
    return byCurrency.values();
  }

  /** The currencies of prepaid subscriptions with usage that waits. */
  private Set<Currency> used(Handle handle, UUID customerId, CatalogSnapshot prices) {
    Set<UUID> waiting = new HashSet<>();
    usageStore
        .pending(handle, List.of(customerId))
        .forEach(pending -> waiting.add(pending.subscriptionId()));
    Set<Currency> currencies = new HashSet<>();
    if (!waiting.isEmpty()) {
      for (Subscription s : subscriptions.list(customerId)) {
        PriceVersion price = prices.version(s.priceVersionId());
        if (waiting.contains(s.id()) && price.billing() == BillingMode.PREPAID) {
          currencies.add(price.currency());
        }
      }
    }
    return currencies;
  }

  private void remember(Handle handle, Next next) {
    UUID customerId = next.customerId();
    Instant depletesAt = next.depletesAt();
    handle
        .createUpdate(
            "update @.prepaid_burn set next_at = :next, depletes_at = :depletes"
                + " where customer_id = :customer")
        .bind("next", SubscriptionStore.at(next.at()))
        .bind("depletes", depletesAt == null ? null : SubscriptionStore.at(depletesAt))
        .bind("customer", customerId)
        .execute();
    // The row is ours now: usage that is being recorded is seen here, or finds the row gone.
    if (used(handle, customerId, catalog.snapshot()).isEmpty()) {
      handle
          .createUpdate(
              "delete from @.prepaid_burn where customer_id = :customer and not exists"
                  + " (select 1 from @.subscription_billing b where b.customer_id = :customer"
                  + " and b.prepaid)")
          .bind("customer", customerId)
          .execute();
    }
  }

  /**
   * Lets suspended subscriptions run again once an hour of all of them can be paid, beyond what is
   * owed and what their set-up costs. Gives whether there are any.
   */
  private boolean resume(UUID customerId, Collection<Draw> draws, Instant now) {
    Map<Currency, List<Subscription>> stopped = new TreeMap<>();
    for (Subscription s : subscriptions.list(customerId)) {
      if (s.status() == SubscriptionStatus.SUSPENDED
          && USED_UP.equals(s.suspendedReason())
          && !hasEnded(s, now)) {
        stopped.computeIfAbsent(s.currency(), c -> new ArrayList<>()).add(s);
      }
    }
    boolean resumed = false;
    for (Draw each : draws) {
      List<Subscription> list = stopped.getOrDefault(each.currency, List.of());
      if (!list.isEmpty() && each.canRun(list, now)) {
        list.forEach(
            s -> {
              Subscription unused = subscriptions.unsuspend(customerId, s.id());
            });
        resumed = true;
      }
    }
    return resumed;
  }

  private static boolean hasEnded(Subscription s, Instant now) {
    return s.endedAt() != null && !s.endedAt().isAfter(now);
  }

  /** One customer's subscriptions of one currency. */
  private final class Draw {
    private final Handle handle;
    private final UUID customerId;
    private final CatalogSnapshot prices;
    private final TimeRater rater;
    private final BillingCalendar calendar;
    private final Currency currency;
    private final List<BillingRows.Row> owed = new ArrayList<>();

    private Draw(
        Handle handle,
        UUID customerId,
        CatalogSnapshot prices,
        BillingCalendar calendar,
        Currency currency) {
      this.handle = handle;
      this.customerId = customerId;
      this.prices = prices;
      this.rater = new TimeRater(prices, new Periods());
      this.calendar = calendar;
      this.currency = currency;
    }

    private boolean canRun(List<Subscription> stopped, Instant now) {
      long due = Math.addExact(total(now), sum(usage(now, false)));
      BigDecimal needed = Amount.ofMinor(due, currency).toDecimal();
      for (Subscription s : stopped) {
        needed = needed.add(start(s, now));
      }
      BigDecimal cash = ledger.available(Accounts.cash(customerId, currency)).toDecimal();
      return cash.signum() > 0 && cash.compareTo(needed) >= 0;
    }

    /** What a subscription costs in an hour from now on, with its set-up if that is due. */
    private BigDecimal start(Subscription s, Instant now) {
      Set<String> charged = new HashSet<>();
      for (BillingRows.Row row : owed) {
        if (row.life().subscriptionId().equals(s.id())) {
          charged.addAll(row.mark().once());
        }
      }
      BigDecimal sum = BigDecimal.ZERO;
      for (PriceComponent component : prices.version(s.priceVersionId()).components()) {
        BigDecimal rate = component.rate(s.quantity());
        if (component.per() == Per.HOUR) {
          sum = sum.add(rate);
        } else if (component.per() == Per.MONTH) {
          sum = sum.add(rate.divide(MONTH_HOURS, 12, RoundingMode.UP));
        } else if (component.per() == Per.ONCE
            && !s.trialEnd().isAfter(now)
            && charged.add(component.code())) {
          sum = sum.add(rate);
        }
      }
      return sum;
    }

    /** Gives when the cash runs out, or null when that is not in sight. */
    private @Nullable Instant draw(Instant now) {
      long cash = ledger.available(Accounts.cash(customerId, currency)).minorUnits();
      if (total(now) > cash) {
        Instant oldest = oldest();
        // A set-up fee falls due with the first second: then there is nothing that the cash pays.
        boolean paysTime = total(oldest) <= cash;
        Instant until = paysTime ? lastPaid(cash, oldest, now) : oldest;
        if (paysTime) {
          bookTime(until, now);
        }
        stop(until);
        return null;
      }
      List<Charge> used = usage(now, false);
      if (total(now) + sum(used) > cash) {
        bookTime(now, now);
        stop(now);
        return null;
      }
      book(now, usage(now, true));
      long left = ledger.available(Accounts.cash(customerId, currency)).minorUnits();
      // Of what was booked the rows know nothing: costs to come count on top of it.
      return depletion(left + total(now), now);
    }

    private @Nullable Instant depletion(long cash, Instant now) {
      Instant from = now;
      for (int i = 0; i < PERIODS_AHEAD; i++) {
        Instant end = calendar.periodAt(from).to();
        if (total(end) > cash) {
          return lastPaid(cash, from, end);
        }
        from = end;
      }
      return null;
    }

    /** The last second up to which the cash pays, between one that is paid and one that is not. */
    private Instant lastPaid(long cash, Instant paid, Instant unpaid) {
      long low = paid.getEpochSecond();
      long high = unpaid.getEpochSecond();
      while (low + 1 < high) {
        long middle = low + (high - low) / 2;
        if (total(Instant.ofEpochSecond(middle)) > cash) {
          high = middle;
        } else {
          low = middle;
        }
      }
      return Instant.ofEpochSecond(low);
    }

    private Instant oldest() {
      return owed.stream().map(r -> r.mark().billedUntil()).min(Instant::compareTo).orElseThrow();
    }

    /** What all of them cost up to an instant, beyond what was drawn before. */
    private long total(Instant through) {
      long total = 0;
      for (BillingRows.Row row : owedAt(through)) {
        Rated rated = rater.rate(row.life(), row.mark(), through, ChargeScope.ALL);
        total = Math.addExact(total, sum(rated.charges()));
      }
      return total;
    }

    /** Without those that began only later, whose set-up is not due by then. */
    private List<BillingRows.Row> owedAt(Instant instant) {
      return owed.stream().filter(r -> !r.mark().billedUntil().isAfter(instant)).toList();
    }

    private List<Charge> usage(Instant now, boolean mark) {
      Map<UUID, List<Charge>> charges = new HashMap<>();
      usage.take(handle, usageUntil(now, charges), mark);
      return charges.getOrDefault(customerId, List.of());
    }

    private UsageTaking.Batch usageUntil(Instant now, Map<UUID, List<Charge>> charges) {
      return new UsageTaking.Batch(
          prices,
          BillingRows.Funding.PREPAID,
          currency,
          Map.of(customerId, now),
          owed,
          charges,
          new HashMap<>());
    }

    /** Usage and minima that the cash does not cover stay owed until there is more. */
    private void bookTime(Instant until, Instant now) {
      usage.owe(handle, usageUntil(now, new HashMap<>()));
      book(until, List.of());
    }

    private void book(Instant until, List<Charge> used) {
      List<Charge> charges = new ArrayList<>(used);
      List<BillingRows.Marked> marked = new ArrayList<>();
      for (BillingRows.Row row : owedAt(until)) {
        Rated rated = rater.rate(row.life(), row.mark(), until, ChargeScope.ALL);
        charges.addAll(rated.charges());
        marked.add(new BillingRows.Marked(row, rated));
      }
      rows.move(handle, marked);
      Map<String, Amount> byProduct = new TreeMap<>();
      for (Charge charge : charges) {
        byProduct.merge(charge.productCode(), charge.amount(), Amount::plus);
      }
      byProduct.values().removeIf(Amount::isZero);
      UUID transferId = ids.next();
      if (!byProduct.isEmpty()) {
        Transfer.Builder transfer = Transfer.builder(transferId, "prepaid-draw").effectiveAt(until);
        byProduct.forEach(
            (product, amount) -> {
              if (amount.isPositive()) {
                transfer
                    .debit(Accounts.cash(customerId, currency), amount)
                    .credit(Accounts.revenue(product, currency), amount);
              } else {
                transfer
                    .debit(Accounts.revenue(product, currency), amount.negated())
                    .credit(Accounts.cash(customerId, currency), amount.negated());
              }
            });
        ledger.require(transfer.build());
      }
      store(charges, transferId);
    }

    private void store(List<Charge> charges, UUID transferId) {
      if (charges.isEmpty()) {
        return;
      }
      PreparedBatch batch =
          handle.prepareBatch(
              "insert into @.prepaid_charge (customer_id, drawn_at, transfer_id, seq, charge)"
                  + " values (:customer, :at, :transfer, :seq, cast(:charge as jsonb))");
      for (int i = 0; i < charges.size(); i++) {
        batch
            .bind("customer", customerId)
            .bind("at", clock.instant().atOffset(ZoneOffset.UTC))
            .bind("transfer", transferId)
            .bind("seq", i)
            .bind("charge", BillingJson.write(json, charges.get(i)))
            .add();
      }
      batch.execute();
    }

    private void stop(Instant until) {
      boolean stopped = false;
      for (BillingRows.Row row : owed) {
        Subscription s = subscriptions.get(customerId, row.life().subscriptionId());
        if (s.status() == SubscriptionStatus.ACTIVE && !hasEnded(s, now())) {
          subscriptions.suspendFrom(customerId, s.id(), USED_UP, until);
          stopped = true;
        }
      }
      if (stopped) {
        events.append(new PrepaidDepleted(customerId, currency.code(), until));
      }
    }
  }

  private static long sum(List<Charge> charges) {
    long sum = 0;
    for (Charge charge : charges) {
      sum = Math.addExact(sum, charge.amount().minorUnits());
    }
    return sum;
  }

  /** What was drawn from the customer's cash, latest first, at most {@code limit} and 1,000. */
  public List<Charge> drawn(UUID customerId, int limit) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select charge from @.prepaid_charge where customer_id = :customer"
                        + " order by drawn_at desc, transfer_id desc, seq limit :limit")
                .bind("customer", customerId)
                .bind("limit", Math.min(limit, CHARGES_MAX))
                .map((row, context) -> BillingJson.read(json, row.getString(1), Charge.class))
                .list());
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }
}
