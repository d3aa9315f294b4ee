package dev.innkeeper.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.CustomerClones;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A tick costs what is due, not what exists. */
class IdleTickTest {
  private static final int SUBSCRIPTIONS = 2_000;

  @Test
  void aTickWithNothingDueTouchesNoRowOfAnySubscription() {
    MutableClock clock = MutableClock.at("2026-03-01T00:00:00Z");
    HikariConfig config = new HikariConfig();
    config.setDataSource(TestDatabase.createDataSource());
    // One connection, so that the server's counts are those of the connection that asks for them.
    config.setMaximumPoolSize(1);
    try (HikariDataSource pool = new HikariDataSource(config);
        BillingEngine engine = BillingEngine.builder().dataSource(pool).clock(clock).build()) {
      engine.catalog().apply(SampleCatalog.yaml(), "test");
      UUID ada =
          engine
              .customers()
              .register(NewCustomer.named("Ada", "ada@example.org", Currency.EUR), "ada")
              .id();
      engine.subscriptions().start(NewSubscription.of(ada, "site", Currency.EUR), "site");
      CustomerClones.make(pool, TestDatabase.SCHEMA, ada, 1, SUBSCRIPTIONS - 1);
      clock.advance(Duration.ofDays(10));
      engine.runDue(Duration.ofSeconds(30));

      Database db = new Database(pool, TestDatabase.SCHEMA);
      String before = touched(db);
      for (int tick = 0; tick < 10; tick++) {
        engine.runDue(Duration.ofSeconds(30));
      }
      assertThat(touched(db)).isEqualTo(before);

      clock.set(java.time.Instant.parse("2026-04-01T00:00:00Z"));
      engine.runDue(Duration.ofSeconds(60));
      assertThat(touched(db)).as("what is due is counted").isNotEqualTo(before);
    }
  }

  private static String touched(Database db) {
    db.run(handle -> handle.execute("select pg_stat_force_next_flush()"));
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select string_agg(relname || ': ' || coalesce(seq_tup_read, 0)"
                        + " + coalesce(idx_tup_fetch, 0) || ' read, '"
                        + " || n_tup_ins + n_tup_upd + n_tup_del || ' written', '; '"
                        + " order by relname) from pg_stat_user_tables"
                        + " where relname in ('subscription', 'subscription_phase',"
                        + " 'subscription_billing', 'billing_due', 'usage_record',"
                        + " 'usage_pending', 'customer', 'customer_state')")
                .mapTo(String.class)
                .one());
  }
}
