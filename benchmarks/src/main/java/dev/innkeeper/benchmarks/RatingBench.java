package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.rating.Life;
import dev.innkeeper.billing.rating.Periods;
import dev.innkeeper.billing.rating.Phase;
import dev.innkeeper.billing.rating.TimeRater;
import dev.innkeeper.billing.rating.Watermark;
import dev.innkeeper.billing.subscription.ChargeBook;
import dev.innkeeper.billing.time.BillingCalendar;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Rates time in memory, takes charges from the database, and shows that subscriptions with nothing
 * due cost a tick nothing.
 */
final class RatingBench implements Bench.Driver {
  private static final Instant START = Instant.parse("2026-10-01T00:00:00Z");
  private static final Instant MONTH_END = Instant.parse("2026-11-01T00:00:00Z");
  private static final int CHUNK = 1000;
  private static final int WARM_UP_ROUNDS = 8;

  @Override
  public void run(Bench.Pace pace, PrintStream out) throws Exception {
    boolean quick = pace == Bench.Pace.QUICK;
    int population = quick ? 100_000 : 1_000_000;
    try (BenchDatabase server = BenchDatabase.start();
        HikariDataSource pool = server.createDatabase("rating", 4)) {
      Database db = new Database(pool, BenchDatabase.SCHEMA);
      Catalog catalog = Populations.create(db, Clock.fixed(START, ZoneOffset.UTC), population);
      out.println("| what | figure |");
      out.println("|---|---|");
      inMemory(catalog.snapshot(), quick ? 50_000 : 200_000, out);
      tick(db, pool, population, out);
      take(db, catalog, Math.min(population, 100_000), out);
    }
  }

  private static void inMemory(CatalogSnapshot prices, int lives, PrintStream out) {
    UUID price = prices.priceFor("vm", Map.of("size", "small"), Currency.EUR, START).id();
    double month = median(5, () -> rateAll(prices, price, lives, MONTH_END, 1));
    double hour =
        median(5, () -> rateAll(prices, price, lives, START.plus(Duration.ofHours(1)), 1));
    double changed = median(5, () -> rateAll(prices, price, lives / 50, MONTH_END, 50));
    out.printf("| lines a second and core, a month each, %,d lives | %,.0f |%n", lives, month);
    out.printf("| the same, an hour each | %,.0f |%n", hour);
    out.printf("| the same, a month with 50 changes of quantity each | %,.0f |%n", changed);
  }

  /** Charge lines a second of processor time. */
  private static double rateAll(
      CatalogSnapshot prices, UUID price, int lives, Instant through, int phases) {
    BillingCalendar calendar = new BillingCalendar(LocalDate.of(2026, 1, 1), ZoneOffset.UTC);
    List<Phase> life = new ArrayList<>();
    for (int i = 0; i < phases; i++) {
      Instant from = START.plusSeconds(i * 3600L);
      Instant to = i == phases - 1 ? null : from.plusSeconds(3600);
      life.add(new Phase(from, to, price, 1 + i % 2, true));
    }
    TimeRater rater = new TimeRater(prices, new Periods());
    Watermark mark = Watermark.atStart(START);
    long lines = 0;
    long begin = cpuNanos();
    for (int i = 0; i < lives; i++) {
      UUID id = new UUID(1, i);
      lines +=
          rater
              .rate(new Life(id, id, calendar, START, life), mark, through, ChargeScope.ALL)
              .charges()
              .size();
    }
    return lines * 1e9 / (cpuNanos() - begin);
  }

  private static long cpuNanos() {
    return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double median(int rounds, java.util.function.DoubleSupplier round) {
    double warmUp = 0;
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      warmUp += round.getAsDouble();
    }
    double[] results = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      results[i] = warmUp > 0 ? round.getAsDouble() : 0;
    }
    Arrays.sort(results);
    return results[rounds / 2];
  }

  /** What the database says was read of subscriptions, and changed anywhere, during ticks. */
  private static void tick(Database db, HikariDataSource pool, int population, PrintStream out) {
    try (BillingEngine engine =
        BillingEngine.builder()
            .dataSource(pool)
            .clock(Clock.fixed(START.plusSeconds(3600), ZoneOffset.UTC))
            .build()) {
      // What makes ready, such as partitions, is not part of a tick with nothing due.
      engine.runDue(Duration.ofSeconds(30));
      String before = counters(db);
      long begin = System.nanoTime();
      engine.runDue(Duration.ofSeconds(30));
      double millis = (System.nanoTime() - begin) / 1e6;
      String after = counters(db);
      out.printf(
          "| a tick over %,d subscriptions with nothing due | %.1f ms |%n", population, millis);
      out.printf(
          "| their rows read and written by it, before → after | %s → %s |%n", before, after);
      if (!before.equals(after)) {
        throw new IllegalStateException("a tick with nothing due touched subscriptions");
      }
    }
  }

  private static String counters(Database db) {
    db.run(handle -> handle.execute("select pg_stat_force_next_flush()"));
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) || ' read, '"
                        + " || sum(n_tup_ins + n_tup_upd + n_tup_del) || ' written'"
                        + " from pg_stat_user_tables where relname in ('subscription',"
                        + " 'subscription_phase', 'subscription_billing', 'billing_due',"
                        + " 'usage_record', 'usage_pending')")
                .mapTo(String.class)
                .one());
  }

  /** Charges of a month, taken in chunks as the billing run does, without invoices. */
  private static void take(Database db, Catalog catalog, int customers, PrintStream out) {
    Clock later = Clock.fixed(MONTH_END, ZoneOffset.UTC);
    ChargeBook book = new ChargeBook(db, catalog, later);
    long lines = 0;
    long begin = System.nanoTime();
    for (int from = 1; from <= customers; from += CHUNK) {
      Map<UUID, Instant> through = new HashMap<>();
      for (int n = from; n < from + CHUNK && n <= customers; n++) {
        through.put(Populations.id(n), MONTH_END);
      }
      lines +=
          db.tx(handle -> book.take(through, ChargeScope.ALL)).charges().values().stream()
              .mapToLong(List::size)
              .sum();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    out.printf(
        "| customers a second whose charges are taken, one thread, %,d lines | %,.0f |%n",
        lines, customers / seconds);
  }
}
