package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.invoice.RunOptions;
import dev.innkeeper.billing.invoice.RunReport;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.testing.CustomerClones;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The billing run against the least that its rows cost, and its rerun. */
final class RunBench implements Bench.Driver {
  private static final int WORKERS = 2;
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  static final Instant END = Instant.parse("2026-04-01T00:00:00Z");
  private static final String CATALOG =
      """
      products:
        - code: vm
          name: Virtual machine
          billing: in-arrears
          options:
            size: [small, medium, large]
          prices:
            - for: {size: small}
              currency: EUR
              effective: 2026-01-01T00:00:00Z
              components:
                - {code: compute, name: Compute, per: hour, price: 0.00694, monthlyCap: 4.99}
            - for: {size: medium}
              currency: EUR
              effective: 2026-01-01T00:00:00Z
              components:
                - {code: compute, name: Compute, per: hour, price: 0.01388, monthlyCap: 9.99}
            - for: {size: large}
              currency: EUR
              effective: 2026-01-01T00:00:00Z
              components:
                - {code: compute, name: Compute, per: hour, price: 0.02777, monthlyCap: 19.99}
      """;

  /** Enough for the compiler to have seen all that is hot. */
  private static final int WARM_UP = 30_000;

  /** What one size came to. */
  private record Result(
      int customers,
      double perSecond,
      double floorPerSecond,
      long heapMegabytes,
      long rerunMillis) {
    double secondsEach() {
      return 1 / perSecond;
    }
  }

  @Override
  public void run(Bench.Pace pace, PrintStream out) throws Exception {
    int[] sizes =
        pace == Bench.Pace.QUICK
            ? new int[] {10_000, Integer.getInteger("customers", 60_000)}
            : new int[] {10_000, 100_000, Integer.getInteger("customers", 1_000_000)};
    List<Result> results = new ArrayList<>();
    try (BenchDatabase server = BenchDatabase.start()) {
      try (HikariDataSource pool = server.createDatabase("warm_up", WORKERS + 2)) {
        prepare(pool, WARM_UP);
        invoicesAt(pool, END).run(options());
      }
      out.println(
          "| customers | made in s | engine /s | CPU µs each (Java + PG) | bare floor /s"
              + " | its CPU µs each | share of the floor | heap peak MB | rerun ms"
              + " | rows written by the rerun |");
      out.println("|---|---|---|---|---|---|---|---|---|---|");
      for (int size : sizes) {
        results.add(measure(server, size, out));
      }
    }
    judge(results, out);
  }

  private static void judge(List<Result> results, PrintStream out) {
    Result first = results.get(0);
    Result last = results.get(results.size() - 1);
    long heap = results.stream().mapToLong(Result::heapMegabytes).max().orElseThrow();
    out.println();
    out.println("| | wanted | measured |");
    out.println("|---|---|---|");
    out.printf(Locale.ROOT, "| customers a second | ≥ 10,000 | %,.0f |%n", last.perSecond());
    out.printf(
        Locale.ROOT,
        "| share of the bare floor | ≥ 50 %% | %.0f %% |%n",
        100 * last.perSecond() / last.floorPerSecond());
    out.printf(Locale.ROOT, "| heap at its peak, MB | ≤ 256 | %d |%n", heap);
    out.printf(
        Locale.ROOT,
        "| seconds an invoice, %,d customers / %,d | ≤ 1.15 | %.2f |%n",
        last.customers(),
        first.customers(),
        last.secondsEach() / first.secondsEach());
    out.printf(
        Locale.ROOT,
        "| rerun over %,d customers, s | ≤ 5, no writes | %.2f |%n",
        last.customers(),
        last.rerunMillis() / 1e3);
  }

  private static Result measure(BenchDatabase server, int customers, PrintStream out)
      throws Exception {
    String name = "run" + customers;
    try (HikariDataSource pool = server.createDatabase(name, WORKERS + 2)) {
      long prepareStart = System.nanoTime();
      prepare(pool, customers);
      double prepareSeconds = (System.nanoTime() - prepareStart) / 1e9;
      RunFloor floor = new RunFloor(pool, customers);
      floor.prepare();
      vacuum(pool);
      resetHeapPeak();
      CpuClock cpu = server.cpuClock();
      CpuClock.Used before = cpu.read();
      RunReport report = invoicesAt(pool, END).run(options());
      CpuClock.Used used = cpu.read().minus(before);
      if (report.invoices() != customers) {
        throw new IllegalStateException("not everyone was billed: " + report);
      }
      long heapMegabytes = heapPeakMegabytes();
      long writtenBefore = rowsWritten(pool);
      long rerunStart = System.nanoTime();
      invoicesAt(pool, END).run(options());
      long rerunMillis = (System.nanoTime() - rerunStart) / 1_000_000;
      long rerunRows = rowsWritten(pool) - writtenBefore;
      vacuum(pool);
      CpuClock.Used floorBefore = cpu.read();
      double floorPerSecond = customers / floor.seconds(WORKERS);
      CpuClock.Used floorUsed = cpu.read().minus(floorBefore);
      double perSecond = customers * 1e9 / report.took().toNanos();
      out.printf(
          Locale.ROOT,
          "| %,d | %.0f | %,.0f | %.0f + %.0f | %,.0f | %.0f | %.0f %% | %d | %d | %d |%n",
          customers,
          prepareSeconds,
          perSecond,
          used.javaNanos() / 1e3 / customers,
          used.postgresNanos() / 1e3 / customers,
          floorPerSecond,
          floorUsed.postgresNanos() / 1e3 / customers,
          100 * perSecond / floorPerSecond,
          heapMegabytes,
          rerunMillis,
          rerunRows);
      return new Result(customers, perSecond, floorPerSecond, heapMegabytes, rerunMillis);
    }
  }

  private static RunOptions options() {
    return RunOptions.standard()
        .withWorkers(Integer.getInteger("workers", WORKERS))
        .withChunkSize(Integer.getInteger("chunk", 1_000));
  }

  private static dev.innkeeper.billing.invoice.Invoices invoicesAt(
      HikariDataSource pool, Instant instant) {
    return engineAt(pool, instant).invoices();
  }

  static BillingEngine engineAt(HikariDataSource pool, Instant instant) {
    return BillingEngine.builder()
        .dataSource(pool)
        .schema(BenchDatabase.SCHEMA)
        .clock(Clock.fixed(instant, ZoneOffset.UTC))
        .build();
  }

  /** Customers with three machines each, all of whom are due at the month's end. */
  static void prepare(HikariDataSource pool, int customers) {
    BillingEngine engine = engineAt(pool, START);
    engine.catalog().apply(CATALOG, "bench");
    Customer template =
        engine
            .customers()
            .register(NewCustomer.named("Ada", "ada@example.org", Currency.EUR), "template");
    for (String size : new String[] {"small", "medium", "large"}) {
      engine
          .subscriptions()
          .start(
              NewSubscription.of(template.id(), "vm", Currency.EUR)
                  .withOptions(Map.of("size", size)),
              size);
    }
    CustomerClones.make(pool, BenchDatabase.SCHEMA, template.id(), 1, customers - 1);
  }

  static void vacuum(HikariDataSource pool) throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("vacuum analyze");
      statement.execute("checkpoint");
    }
  }

  /** What all sessions wrote so far; each tells of it when it is asked to, or seconds later. */
  private static long rowsWritten(HikariDataSource pool) throws Exception {
    List<Connection> all = new ArrayList<>();
    try {
      for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
        Connection connection = pool.getConnection();
        all.add(connection);
        try (Statement statement = connection.createStatement()) {
          statement.execute("select pg_stat_force_next_flush()");
        }
      }
      try (Statement statement = all.get(0).createStatement();
          ResultSet row =
              statement.executeQuery(
                  "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables")) {
        row.next();
        return row.getLong(1);
      }
    } finally {
      for (Connection connection : all) {
        connection.close();
      }
    }
  }

  private static void resetHeapPeak() {
    System.gc();
    ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  /** The most that all pools of the heap held at their peaks: never less than the true peak. */
  private static long heapPeakMegabytes() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(p -> p.getType() == java.lang.management.MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(MemoryUsage::getUsed)
            .sum()
        >> 20;
  }
}
