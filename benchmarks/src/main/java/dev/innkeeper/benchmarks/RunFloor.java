package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The least that a billing run's rows cost: the same rows, copied within the server by statements
 * on sets into tables with the same indexes, 1,000 customers a transaction. It computes nothing,
 * checks nothing and sends nothing over the wire.
 */
final class RunFloor {
  private static final int CHUNK = 1_000;
  private static final List<String> WRITTEN =
      List.of(
          "invoice", "invoice_line", "event", "ledger_transfer", "ledger_entry", "ledger_account");
  private static final List<String> CHANGED =
      List.of("customer_state", "subscription_billing", "billing_due");

  private final HikariDataSource pool;
  private final int customers;

  RunFloor(HikariDataSource pool, int customers) {
    this.pool = pool;
    this.customers = customers;
  }

  /** Makes the tables; those whose rows the run changes are filled with what is there before it. */
  void prepare() throws SQLException {
    List<String> statements = new ArrayList<>();
    statements.add("create schema floor");
    for (String table : WRITTEN) {
      statements.add("create table floor." + table + " (like billing." + table + " including all)");
    }
    for (String table : CHANGED) {
      statements.add("create table floor." + table + " (like billing." + table + " including all)");
      statements.add("alter table floor." + table + " set (fillfactor = 50)");
      statements.add("insert into floor." + table + " select * from billing." + table);
    }
    execute(statements);
  }

  /** Writes the rows of the finished run again, and gives the time it took. */
  double seconds(int workers) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    AtomicInteger next = new AtomicInteger();
    long start = System.nanoTime();
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        running.add(
            threads.submit(
                () -> {
                  for (int first = next.getAndAdd(CHUNK);
                      first < customers;
                      first = next.getAndAdd(CHUNK)) {
                    execute(chunk(first));
                  }
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static List<String> chunk(int first) {
    String range =
        " between '"
            + id(first)
            + "' and '"
            + id(first + CHUNK - 1).replace("-0000-", "-ffff-")
            + "'";
    return List.of(
        "set local enable_seqscan = off",
        "set local enable_hashjoin = off",
        "set local enable_mergejoin = off",
        "set local jit = off",
        "select 1 from floor.customer_state where customer_id" + range + " for no key update",
        "update floor.customer_state f set event_seq = s.event_seq from billing.customer_state s"
            + " where s.customer_id = f.customer_id and s.customer_id"
            + range,
        "update floor.subscription_billing f set billed_until = s.billed_until, open_from ="
            + " s.open_from, open = s.open, revision = s.revision from billing.subscription_billing s"
            + " where s.customer_id = f.customer_id and s.subscription_id = f.subscription_id"
            + " and s.customer_id"
            + range,
        "update floor.billing_due f set next_at = s.next_at, period_index = s.period_index"
            + " from billing.billing_due s where s.customer_id = f.customer_id and s.customer_id"
            + range,
        "insert into floor.invoice_line select * from billing.invoice_line where customer_id"
            + range,
        "insert into floor.ledger_transfer select t.* from billing.ledger_transfer t"
            + " join billing.invoice i on i.id = t.id where i.customer_id"
            + range,
        "insert into floor.ledger_entry select e.* from billing.ledger_entry e"
            + " join billing.invoice i on i.id = e.transfer_id where i.customer_id"
            + range,
        "insert into floor.ledger_account select * from billing.ledger_account where owner" + range,
        "insert into floor.invoice select * from billing.invoice where customer_id" + range,
        "insert into floor.event select * from billing.event where type = 'invoice.issued'"
            + " and customer_id"
            + range);
  }

  private static String id(int number) {
    return String.format(java.util.Locale.ROOT, "%08x-0000-0000-0000-000000000000", number);
  }

  private void execute(List<String> statements) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      }
      connection.commit();
    }
  }
}
