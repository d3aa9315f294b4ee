package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.db.Database;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/**
 * A tick of grace among many customers in it, of whom few are due: what it costs, and how many rows
 * it reads.
 */
final class GraceBench implements Bench.Driver {
  private static final int DUE = 1_000;
  private static final Instant NOW = Instant.parse("2027-04-15T00:00:00Z");
  private static final String ID =
      "cast('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as uuid)";

  private static final String[] STATEMENTS = {
    "insert into @.customer (id, name, email, currency, zone, anchor_date, created_at) select @id,"
        + " 'Customer ' || n, 'c' || n || '@example.org', 'EUR', 'UTC', '2027-01-01', :now"
        + " from generate_series(1, :count) n",
    "insert into @.customer_state (customer_id) select @id from generate_series(1, :count) n",
    "insert into @.invoice_seller (code, version, details, created_at)"
        + " values ('innkeeper', 1, '{}', :now)",
    "insert into @.invoice (customer_id, id, kind, status, currency, seller_code, seller_version,"
        + " series_year, series_number, number, issued_at, due_at, net, tax, total, open,"
        + " tax_groups, buyer, settle_tried_at) select @id, @id, 'CUSTOM', 'OPEN', 'EUR',"
        + " 'innkeeper', 1, 2027, n, 'B-' || n, :now, :now, 700, 0, 700, 700, '[]', '{}', :now"
        + " from generate_series(1, :count) n",
    "insert into @.grace_policy (id, customer_group, policy, set_by, set_at) values"
        + " ('00000000-0000-7000-8000-000000000000', '*', cast(:policy as jsonb), 'bench', :now)",
    "insert into @.grace (customer_id, state, policy_id, started_at, next_step, base_at, next_at)"
        + " select @id, 'RUNNING', '00000000-0000-7000-8000-000000000000', :now, 1, :now,"
        + " case when n <= :due then cast(:now as timestamptz)"
        + "   else cast(:now as timestamptz) + interval '6 days' end"
        + " from generate_series(1, :count) n"
  };

  private static final String POLICY =
      "{\"name\": \"weekly\", \"steps\": ["
          + "{\"action\": \"REMIND\", \"daysAfterPrevious\": 0, \"products\": []},"
          + "{\"action\": \"REMIND\", \"daysAfterPrevious\": 0, \"products\": []},"
          + "{\"action\": \"REMIND\", \"daysAfterPrevious\": 7, \"products\": []}]}";

  @Override
  public void run(Bench.Pace pace, PrintStream out) throws Exception {
    int[] sizes =
        pace == Bench.Pace.QUICK ? new int[] {100_000} : new int[] {10_000, 100_000, 1_000_000};
    out.println(
        "| in grace | due | tick ms | reminders /s | rows of grace read | written | tick with"
            + " nothing due µs |");
    out.println("|---|---|---|---|---|---|---|");
    try (BenchDatabase server = BenchDatabase.start()) {
      for (int size : sizes) {
        measure(server, size, out);
      }
    }
  }

  private static void measure(BenchDatabase server, int customers, PrintStream out)
      throws Exception {
    try (HikariDataSource pool = server.createDatabase("grace" + customers, 3)) {
      Database db = new Database(pool, BenchDatabase.SCHEMA);
      db.run(handle -> fill(handle, customers));
      for (String table : new String[] {"customer_state", "invoice", "grace"}) {
        db.run(handle -> handle.execute("analyze @." + table));
      }
      try (BillingEngine engine =
          BillingEngine.builder()
              .dataSource(pool)
              .schema(BenchDatabase.SCHEMA)
              .clock(Clock.fixed(NOW, ZoneOffset.UTC))
              .build()) {
        // One connection from here on: all it does is counted when it says so.
        pool.getHikariConfigMXBean().setMaximumPoolSize(1);
        pool.getHikariPoolMXBean().softEvictConnections();
        Touched before = touched(db);
        long start = System.nanoTime();
        int done = 0;
        int batch;
        do {
          batch = engine.dunning().runBatch(NOW);
          done += batch;
        } while (batch > 0);
        long millis = Math.max(1, Duration.ofNanos(System.nanoTime() - start).toMillis());
        Touched after = touched(db);
        if (done != DUE) {
          throw new IllegalStateException(done + " were due, not " + DUE);
        }
        out.printf(
            Locale.ROOT,
            "| %,d | %,d | %,d | %,d | %,d | %,d | %,d |%n",
            customers,
            DUE,
            millis,
            DUE * 1_000L / millis,
            after.read() - before.read(),
            after.written() - before.written(),
            idleMicros(engine));
      }
    }
  }

  private static long idleMicros(BillingEngine engine) {
    int ticks = 200;
    long start = System.nanoTime();
    for (int i = 0; i < ticks; i++) {
      engine.dunning().runBatch(NOW);
    }
    return (System.nanoTime() - start) / ticks / 1_000;
  }

  private static void fill(Handle handle, int customers) {
    for (String statement : STATEMENTS) {
      var update = handle.createUpdate(statement.replace("@id", ID));
      update.bind("now", NOW.atOffset(ZoneOffset.UTC));
      if (statement.contains(":count")) {
        update.bind("count", customers);
      }
      if (statement.contains(":due")) {
        update.bind("due", DUE);
      }
      if (statement.contains(":policy")) {
        update.bind("policy", POLICY);
      }
      update.execute();
    }
  }

  /** Rows of the table of grace, by the database's own count. */
  private record Touched(long read, long written) {}

  private static Touched touched(Database db) {
    db.run(handle -> handle.execute("select pg_stat_force_next_flush()"));
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select seq_tup_read + coalesce(idx_tup_fetch, 0),"
                        + " n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables"
                        + " where schemaname = :schema and relname = 'grace'")
                .bind("schema", BenchDatabase.SCHEMA)
                .map((row, context) -> new Touched(row.getLong(1), row.getLong(2)))
                .one());
  }
}
