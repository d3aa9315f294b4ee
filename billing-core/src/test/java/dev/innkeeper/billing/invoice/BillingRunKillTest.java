package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.audit.AuditCheck;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.testing.CustomerClones;
import dev.innkeeper.billing.testing.TestDatabase;
import java.io.File;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever dies at whatever moment: one invoice a customer and period, numbers without a gap. */
class BillingRunKillTest {
  private static final int CHUNK = 50;

  /** A process is killed so soon after it began to work. */
  private static final int KILL_AFTER_MICROS_MAX = 400_000;

  private final InvoiceFixture f = new InvoiceFixture();

  private void customers(int count) {
    Customer template = f.customer("Template");
    f.start(template, "site", Map.of("size", "small"));
    f.start(template, "site", Map.of("size", "large"));
    CustomerClones.make(f.dataSource, TestDatabase.SCHEMA, template.id(), 1, count - 1);
    f.at("2026-04-01T00:00:00Z");
  }

  private void assertEverybodyHasOneInvoice(int customers) {
    assertThat(f.invoices.run(RunOptions.standard()).left()).isZero();
    assertThat(f.invoices.parked(null, 10)).isEmpty();
    assertThat(f.count("select count(*) from @.invoice")).isEqualTo(customers);
    assertThat(f.count("select count(distinct customer_id) from @.invoice")).isEqualTo(customers);
    InvoiceInvariants.hold(f.db);
  }

  @Test
  void twoNodesWhoseConnectionsAreCutAtAnyMomentLoseAndRepeatNothing() throws Exception {
    cutConnections(4_000, 30, 20260401);
  }

  @Test
  @Tag("long")
  void twoNodesWhoseConnectionsAreCutAtAnyMomentLoseAndRepeatNothingAtLength() throws Exception {
    cutConnections(50_000, 300, System.nanoTime());
  }

  /** Runs on two nodes; the server ends all their sessions at random moments, again and again. */
  private void cutConnections(int customers, int cuts, long seed) throws Exception {
    customers(customers);
    Random random = new Random(seed);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (HikariDataSource first = pool("node-1");
        HikariDataSource second = pool("node-2")) {
      int failed = 0;
      for (int i = 0; i < cuts; i++) {
        List<Future<?>> runs = new ArrayList<>();
        for (HikariDataSource node : List.of(first, second)) {
          runs.add(threads.submit(() -> invoices(node).run(options())));
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(120));
        f.count(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                + " where datname = current_database() and application_name like 'node-%'");
        for (Future<?> run : runs) {
          failed += endedInFailure(run) ? 1 : 0;
        }
      }
      assertThat(failed).as("runs cut short, seed %s", seed).isPositive();
    } finally {
      threads.shutdownNow();
    }
    assertEverybodyHasOneInvoice(customers);
  }

  private static RunOptions options() {
    return RunOptions.standard().withChunkSize(CHUNK);
  }

  private static boolean endedInFailure(Future<?> run) throws InterruptedException {
    try {
      run.get();
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  private Invoices invoices(HikariDataSource node) {
    return BillingEngine.builder().dataSource(node).clock(f.clock).build().invoices();
  }

  private HikariDataSource pool(String name) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(TestDatabase.server().jdbcUrl(f.database));
    config.addDataSourceProperty("ApplicationName", name);
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(0);
    return new HikariDataSource(config);
  }

  @Test
  void processesKilledInTheMiddleOfTheRunLoseAndRepeatNothing() throws Exception {
    killProcesses(20_000, 30, 7);
  }

  @Test
  @Tag("long")
  void processesKilledInTheMiddleOfTheRunLoseAndRepeatNothingAtLength() throws Exception {
    killProcesses(100_000, 300, System.nanoTime());
  }

  /**
   * Two processes at once. One of them is killed with SIGKILL at a random moment after its first
   * chunk, while the other goes on, and another one takes its place; again and again. When all is
   * billed, a month passes.
   */
  private void killProcesses(int customers, int kills, long seed) throws Exception {
    customers(customers);
    Random random = new Random(seed);
    Process[] nodes = {node(), node()};
    int killed = 0;
    int months = 1;
    try {
      while (killed < kills) {
        int victim = random.nextInt(nodes.length);
        nodes[victim].inputReader().readLine();
        TimeUnit.MICROSECONDS.sleep(random.nextInt(KILL_AFTER_MICROS_MAX));
        if (nodes[victim].isAlive()) {
          nodes[victim].destroyForcibly().waitFor();
          killed++;
        } else {
          assertThat(nodes[victim].exitValue()).as("a run to its end, seed %s", seed).isZero();
          f.clock.set(f.clock.instant().atZone(ZoneOffset.UTC).plusMonths(1).toInstant());
          months++;
        }
        nodes[victim] = node();
      }
    } finally {
      for (Process node : nodes) {
        node.destroyForcibly().waitFor();
      }
    }
    assertThat(f.count("select count(*) from @.invoice")).isPositive();
    assertThat(f.invoices.run(RunOptions.standard()).left()).isZero();
    assertThat(f.invoices.parked(null, 10)).isEmpty();
    assertEverybodyHasOneInvoiceAMonth(customers, months);
    assertThat(f.engine.audit().run().checks()).allMatch(AuditCheck::holds);
  }

  /** One a customer and month, and no time of a subscription left out or charged twice. */
  private void assertEverybodyHasOneInvoiceAMonth(int customers, int months) {
    assertThat(f.count("select count(*) from @.invoice")).isEqualTo((long) customers * months);
    assertThat(
            f.count(
                "select count(*) from (select 1 from @.invoice group by customer_id"
                    + " having count(distinct period_index) <> "
                    + months
                    + ") x"))
        .isZero();
    assertThat(
            f.count(
                "select count(*) from (select from_at, lag(to_at) over (partition by customer_id,"
                    + " subscription_id, component order by from_at) as before"
                    + " from @.invoice_line) l where from_at <> before"))
        .isZero();
    InvoiceInvariants.hold(f.db);
  }

  private Process node() throws Exception {
    return new ProcessBuilder(
            System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            BillingNode.class.getName(),
            TestDatabase.server().jdbcUrl(f.database),
            f.clock.instant().toString(),
            String.valueOf(CHUNK))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
