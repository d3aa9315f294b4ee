package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.catalog.BillingMode;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.Life;
import dev.innkeeper.billing.rating.Periods;
import dev.innkeeper.billing.rating.Phase;
import dev.innkeeper.billing.rating.UsageJob;
import dev.innkeeper.billing.rating.UsageRater;
import dev.innkeeper.billing.usage.UsageStore;
import dev.innkeeper.billing.usage.UsageStore.Pending;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Charges the usage of periods that are over: of records that wait, and of minima without any. */
final class UsageTaking {
  private final UsageStore store;
  private final BillingReader reader;

  UsageTaking(UsageStore store, BillingReader reader) {
    this.store = store;
    this.reader = reader;
  }

  /**
   * Whose usage to charge.
   *
   * @param currency the only one to look at, or null for all
   * @param rows what the time of was charged just now
   * @param charges is added to
   * @param parked is added to
   */
  record Batch(
      CatalogSnapshot prices,
      BillingRows.Funding funding,
      @Nullable Currency currency,
      Map<UUID, Instant> through,
      List<BillingRows.Row> rows,
      Map<UUID, List<Charge>> charges,
      Map<UUID, String> parked) {
    Instant throughOf(UUID customer) {
      return through.getOrDefault(customer, Instant.EPOCH);
    }

    /**
     * Prepaid usage is drawn, not billed, and each currency's from its own cash. A subscription
     * never changes between these.
     */
    boolean wants(Life life) {
      PriceVersion price = prices.version(life.phases().get(0).priceVersionId());
      boolean prepaid = price.billing() == BillingMode.PREPAID;
      return prepaid == (funding == BillingRows.Funding.PREPAID)
          && (currency == null || currency.equals(price.currency()));
    }
  }

  /** Gives the customers with usage in periods that go on, and when those end. */
  Map<UUID, BillingRows.Waiting> take(Handle handle, Batch batch, boolean mark) {
    List<Pending> pending =
        mark
            ? store.lockPending(handle, batch.through().keySet())
            : store.pending(handle, batch.through().keySet());
    UsageRater rater = new UsageRater(batch.prices(), new Periods());
    List<UsageJob> jobs = new ArrayList<>();
    List<Pending> settled = new ArrayList<>();
    Map<UUID, BillingRows.Waiting> waiting = new HashMap<>();
    Set<UUID> counted = new HashSet<>();
    if (!pending.isEmpty()) {
      Map<UUID, List<Pending>> bySubscription = bySubscription(pending);
      Map<UUID, Instant> from = from(bySubscription, batch);
      for (Life life : lives(handle, bySubscription, from, batch)) {
        List<Pending> of = bySubscription.getOrDefault(life.subscriptionId(), List.of());
        if (!batch.wants(life)) {
          continue;
        }
        counted.add(life.subscriptionId());
        plan(rater, batch, life, from.getOrDefault(life.subscriptionId(), earliest(of)), of, jobs);
        settle(rater, batch, life, of, settled, waiting);
      }
    }
    minima(rater, batch, counted, jobs);
    if (!jobs.isEmpty()) {
      charge(handle, rater, batch, jobs, mark);
    }
    if (mark) {
      settled.removeIf(p -> batch.parked().containsKey(p.customerId()));
      store.settlePending(handle, settled);
    }
    return waiting;
  }

  /** Has the minima of periods that are over wait, as usage does, until they can be paid. */
  void owe(Handle handle, Batch batch) {
    List<UsageJob> jobs = new ArrayList<>();
    minima(new UsageRater(batch.prices(), new Periods()), batch, Set.of(), jobs);
    if (!jobs.isEmpty()) {
      store.addPending(handle, jobs);
    }
  }

  private static Map<UUID, List<Pending>> bySubscription(List<Pending> pending) {
    Map<UUID, List<Pending>> result = new LinkedHashMap<>();
    for (Pending each : pending) {
      result.computeIfAbsent(each.subscriptionId(), s -> new ArrayList<>()).add(each);
    }
    return result;
  }

  /**
   * From where on to charge: the earliest record, or where time was charged to if that is before.
   */
  private static Map<UUID, Instant> from(Map<UUID, List<Pending>> pending, Batch batch) {
    Map<UUID, Instant> from = new HashMap<>();
    pending.forEach((subscription, list) -> from.put(subscription, earliest(list)));
    for (BillingRows.Row row : batch.rows()) {
      from.computeIfPresent(
          row.life().subscriptionId(),
          (s, earliest) ->
              row.mark().billedUntil().isBefore(earliest) ? row.mark().billedUntil() : earliest);
    }
    return from;
  }

  private List<Life> lives(
      Handle handle, Map<UUID, List<Pending>> pending, Map<UUID, Instant> from, Batch batch) {
    Map<UUID, UUID> customers = new HashMap<>();
    pending.forEach((subscription, list) -> customers.put(subscription, list.get(0).customerId()));
    return reader.lives(handle, from, customers, batch.parked());
  }

  private static Instant earliest(List<Pending> pending) {
    return pending.stream().map(Pending::earliest).min(Instant::compareTo).orElseThrow();
  }

  private static void plan(
      UsageRater rater,
      Batch batch,
      Life life,
      Instant from,
      List<Pending> pending,
      List<UsageJob> jobs) {
    UUID customer = life.customerId();
    Set<String> meters = new HashSet<>();
    pending.forEach(p -> meters.add(p.meter()));
    try {
      jobs.addAll(
          rater.jobs(
              life,
              from,
              batch.throughOf(customer),
              c -> c.minimum() != null || meters.contains(String.valueOf(c.meter()))));
      if (batch.funding() == BillingRows.Funding.PREPAID) {
        jobs.addAll(
            rater.openJobs(
                life, batch.throughOf(customer), c -> meters.contains(String.valueOf(c.meter()))));
      }
    } catch (IllegalStateException | ArithmeticException e) {
      batch.parked().put(customer, String.valueOf(e.getMessage()));
    }
  }

  private static void settle(
      UsageRater rater,
      Batch batch,
      Life life,
      List<Pending> pending,
      List<Pending> settled,
      Map<UUID, BillingRows.Waiting> waiting) {
    Instant through = batch.throughOf(life.customerId());
    Instant open = rater.openFrom(life, through);
    for (Pending each : pending) {
      settled.add(
          new Pending(each.customerId(), each.subscriptionId(), each.meter(), open, each.latest()));
      if (!each.latest().isBefore(open)) {
        waiting.put(
            each.customerId(),
            new BillingRows.Waiting(life.calendar(), life.calendar().periodAt(through).to()));
      }
    }
  }

  /** A minimum is owed without any record too. */
  private static void minima(
      UsageRater rater, Batch batch, Set<UUID> counted, List<UsageJob> jobs) {
    for (BillingRows.Row row : batch.rows()) {
      Life life = row.life();
      if (!counted.contains(life.subscriptionId()) && hasMinimum(batch.prices(), life)) {
        jobs.addAll(
            rater.jobs(
                life,
                row.mark().billedUntil(),
                batch.throughOf(life.customerId()),
                c -> c.minimum() != null));
      }
    }
  }

  private static boolean hasMinimum(CatalogSnapshot prices, Life life) {
    for (Phase phase : life.phases()) {
      if (prices.hasUsageMinimum(phase.priceVersionId())) {
        return true;
      }
    }
    return false;
  }

  private void charge(
      Handle handle, UsageRater rater, Batch batch, List<UsageJob> jobs, boolean mark) {
    List<BigDecimal> quantities = store.aggregates(handle, jobs);
    List<UsageRater.Before> before = store.charged(handle, jobs);
    List<UsageStore.Charged> charged = new ArrayList<>();
    for (int i = 0; i < jobs.size(); i++) {
      UsageJob job = jobs.get(i);
      UUID customer = job.customerId();
      if (batch.parked().containsKey(customer)) {
        continue;
      }
      try {
        UsageRater.Result result = rater.rate(job, quantities.get(i), before.get(i));
        if (result.charge().isPresent()) {
          batch
              .charges()
              .computeIfAbsent(customer, c -> new ArrayList<>())
              .add(result.charge().get());
          charged.add(
              new UsageStore.Charged(
                  job, quantities.get(i).max(BigDecimal.ZERO), result.minorUnits()));
        }
      } catch (ArithmeticException e) {
        batch.parked().put(customer, String.valueOf(e.getMessage()));
      }
    }
    if (mark) {
      charged.removeIf(c -> batch.parked().containsKey(c.job().customerId()));
      store.remember(handle, charged);
    }
  }
}
