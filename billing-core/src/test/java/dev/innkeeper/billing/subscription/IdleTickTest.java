package dev.innkeeper.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.CustomerClones;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** A tick costs what is due, not what exists. */
class IdleTickTest {
  private static final int SUBSCRIPTIONS = 1_000;

  private static final int SECONDS_MAX = 20;

  private final DataSource dataSource = TestDatabase.createDataSource();

  @Test
  void aTickWithNothingDueTouchesNoRowOfAnySubscription() {
    MutableClock clock = MutableClock.at("2026-03-01T00:00:00Z");
    try (BillingEngine engine =
        BillingEngine.builder().dataSource(dataSource).clock(clock).build()) {
      engine.catalog().apply(SampleCatalog.yaml(), "test");
      UUID ada =
          engine
              .customers()
              .register(NewCustomer.named("Ada", "ada@example.org", Currency.EUR), "ada")
              .id();
      engine.subscriptions().start(NewSubscription.of(ada, "site", Currency.EUR), "site");
      CustomerClones.make(dataSource, TestDatabase.SCHEMA, ada, 1, SUBSCRIPTIONS - 1);
      clock.advance(Duration.ofDays(10));
      engine.runDue(Duration.ofSeconds(30));

      String before = touched();
      for (int tick = 0; tick < 10; tick++) {
        engine.runDue(Duration.ofSeconds(30));
      }
      assertThat(touched()).isEqualTo(before);

      clock.set(Instant.parse("2026-04-01T00:00:00Z"));
      engine.runDue(Duration.ofSeconds(30));
      assertThat(touched()).as("what is due is counted").isNotEqualTo(before);
    }
  }

  /** The server's counts, complete once whoever was counted is gone. */
  private String touched() {
    Database db = new Database(dataSource, TestDatabase.SCHEMA);
    return db.tx(
        handle -> {
          long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
          while (others(handle) > 0) {
            assertThat(System.nanoTime()).as("connections are closed").isLessThan(deadline);
          }
          return handle
              .createQuery(
                  "select string_agg(relname || ': ' || (coalesce(seq_tup_read, 0)"
                      + " + coalesce(idx_tup_fetch, 0)) || ' read, '"
                      + " || (n_tup_ins + n_tup_upd + n_tup_del) || ' written', '; '"
                      + " order by relname) from pg_stat_user_tables"
                      + " where relname in ('subscription', 'subscription_phase',"
                      + " 'subscription_billing', 'billing_due', 'usage_record',"
                      + " 'usage_pending')")
              .mapTo(String.class)
              .one();
        });
  }

  private static long others(Handle handle) {
    handle.execute("select pg_stat_clear_snapshot()");
    return handle
        .createQuery(
            "select count(*) from pg_stat_activity where datname = current_database()"
                + " and pid <> pg_backend_pid() and backend_type = 'client backend'")
        .mapTo(Long.class)
        .one();
  }
}
