package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.invoice.InvoiceQuery;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.RunOptions;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Open invoices that wallets pay, 500 customers in a transaction. */
final class SettleBench implements Bench.Driver {
  private static final int PAGE = 500;
  private static final int WARM_UP = 5_000;
  private static final Amount ENOUGH = Amount.ofMinor(100_00, Currency.EUR);

  @Override
  public void run(Bench.Pace pace, PrintStream out) throws Exception {
    int customers = pace == Bench.Pace.QUICK ? 20_000 : 100_000;
    try (BenchDatabase server = BenchDatabase.start();
        HikariDataSource pool = server.createDatabase("settle", 6)) {
      RunBench.prepare(pool, customers);
      BillingEngine engine = RunBench.engineAt(pool, RunBench.END);
      engine.invoices().run(RunOptions.standard().withWorkers(2));
      fill(engine);
      RunBench.vacuum(pool);
      measure(engine, pool, server, out);
    }
  }

  private static void measure(
      BillingEngine engine, HikariDataSource pool, BenchDatabase server, PrintStream out)
      throws Exception {
    UUID last = settle(engine, pool, null, WARM_UP).last();
    CpuClock cpu = server.cpuClock();
    CpuClock.Used before = cpu.read();
    long start = System.nanoTime();
    int settled = settle(engine, pool, last, Integer.MAX_VALUE).customers();
    double seconds = (System.nanoTime() - start) / 1e9;
    CpuClock.Used used = cpu.read().minus(before);
    InvoiceQuery open = InvoiceQuery.all().withStatus(InvoiceStatus.OPEN);
    if (!engine.invoices().search(open).isEmpty()) {
      throw new IllegalStateException("not every invoice was paid");
    }
    out.println("| invoices settled | a second, one thread | CPU µs each, Java + PG | wanted |");
    out.println("|---|---|---|---|");
    out.printf(
        Locale.ROOT,
        "| %,d | %,.0f | %.0f + %.0f | 2,000 |%n",
        settled,
        settled / seconds,
        used.javaNanos() / 1e3 / settled,
        used.postgresNanos() / 1e3 / settled);
  }

  /** How many were settled, and the last of them. */
  private record Settled(int customers, @Nullable UUID last) {}

  private static Settled settle(
      BillingEngine engine, HikariDataSource pool, @Nullable UUID after, int atMost)
      throws SQLException {
    int settled = 0;
    UUID last = after;
    while (settled < atMost) {
      List<UUID> page = engine.customers().list("", last, PAGE).stream().map(Customer::id).toList();
      if (page.isEmpty()) {
        break;
      }
      try (Connection connection = pool.getConnection()) {
        connection.setAutoCommit(false);
        engine.in(
            connection,
            () -> {
              engine.settlement().settleAll(page);
              return page.size();
            });
        connection.commit();
      }
      settled += page.size();
      last = page.get(page.size() - 1);
    }
    return new Settled(settled, last);
  }

  /** Money for every wallet. */
  private static void fill(BillingEngine engine) {
    Ids ids = new Ids(Clock.systemUTC(), new Random(1));
    UUID last = null;
    while (true) {
      List<Customer> page = engine.customers().list("", last, PAGE);
      if (page.isEmpty()) {
        return;
      }
      List<Transfer> topUps = new ArrayList<>();
      for (Customer customer : page) {
        topUps.add(
            Transfer.builder(ids.next(), "top-up")
                .debit(Accounts.gateway("bench", Currency.EUR), ENOUGH)
                .credit(Accounts.cash(customer.id(), Currency.EUR), ENOUGH)
                .build());
      }
      LedgerBench.requirePosted(engine.ledger().postAll(topUps));
      last = page.get(page.size() - 1).id();
    }
  }
}
