package dev.innkeeper.billing.dunning;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.payment.PaymentFixture;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Counts the rows a tick reads and writes, by the database's own statistics. */
class GraceScaleTest {
  private static final int IDLE = 5_000;
  private static final int DUE = 20;

  private final PaymentFixture f = new PaymentFixture();

  private record Touched(long read, long written) {}

  /** What the one connection of the pool has done to the tables of grace and runways so far. */
  private static Touched touched(Database db) {
    db.run(handle -> handle.execute("select pg_stat_force_next_flush()"));
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)),"
                        + " sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables"
                        + " where relname in ('grace', 'runway')")
                .map((row, context) -> new Touched(row.getLong(1), row.getLong(2)))
                .one());
  }

  @Test
  void aTickTouchesOnlyThoseWhoAreDue() {
    List<UUID> due = f.customers(DUE);
    f.openInvoices(due, 700);
    f.clock.advance(Duration.ofDays(14));
    f.engine.settlement().settleAll(due);
    for (String insert :
        List.of(
            "insert into @.grace (customer_id, state, policy_id, started_at, next_step, base_at,"
                + " next_at) select gen_random_uuid(), 'RUNNING', gen_random_uuid(), :now, 1, :now,"
                + " :later from generate_series(1, :n)",
            "insert into @.runway (customer_id, next_at)"
                + " select gen_random_uuid(), :later from generate_series(1, :n)")) {
      f.db.run(
          handle -> {
            var update = handle.createUpdate(insert);
            if (insert.contains(":now")) {
              update.bind("now", f.clock.instant().atOffset(ZoneOffset.UTC));
            }
            update
                .bind("later", f.clock.instant().plus(Duration.ofDays(7)).atOffset(ZoneOffset.UTC))
                .bind("n", IDLE)
                .execute();
          });
    }
    f.db.run(handle -> handle.execute("analyze @.grace"));
    f.db.run(handle -> handle.execute("analyze @.runway"));
    HikariConfig config = new HikariConfig();
    config.setDataSource(TestDatabase.server().dataSource(f.database));
    config.setMaximumPoolSize(3);
    try (HikariDataSource one = new HikariDataSource(config);
        BillingEngine engine =
            BillingEngine.builder()
                .dataSource(one)
                .schema(TestDatabase.SCHEMA)
                .clock(f.clock)
                .sandbox()
                .build()) {
      // One connection from here on, so that all it does is counted when it says so.
      one.getHikariConfigMXBean().setMaximumPoolSize(1);
      one.getHikariPoolMXBean().softEvictConnections();
      Database db = new Database(one, TestDatabase.SCHEMA);
      Touched before = touched(db);
      int done = 0;
      int batch;
      do {
        batch = engine.dunning().runBatch(f.clock.instant());
        done += batch;
      } while (batch > 0);
      assertThat(engine.runways().runBatch(f.clock.instant())).isZero();
      Touched after = touched(db);
      assertThat(done).isEqualTo(DUE);
      assertThat(after.written() - before.written()).isBetween((long) DUE, 3L * DUE);
      // Each is found, claimed, read under its lock, and saved: a few rows each, of ten thousand.
      assertThat(after.read() - before.read()).isLessThan(20L * DUE);
    }
  }
}
