package dev.innkeeper.server.provisioning;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.server.plugins.Provisioners;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** An engine, the server's schema and a customer, for the tests of this package. */
final class ProvisioningBench {
  static final String CATALOG =
      """
      products:
        - code: site
          name: Web site
          billing: in-arrears
          provisioner: site
          template:
            workload: static-site
            "quotaMegabytes[size=small]": "1"
            "quotaMegabytes[size=large]": "2"
          options:
            size: [small, large]
          prices:
            - currency: EUR
              effective: 2026-01-01T00:00:00Z
              components:
                - {code: compute, name: Compute, per: hour, price: 0.01}
        - code: support
          name: Support
          billing: in-arrears
          prices:
            - currency: EUR
              effective: 2026-01-01T00:00:00Z
              components:
                - {code: base, name: Base, per: hour, price: 0.01}
      """;

  /** The same product, as a small container of the tests' image with a volume. */
  static String containers(String provisioner) {
    int from = CATALOG.indexOf("    provisioner: site");
    int to = CATALOG.indexOf("    options:");
    return CATALOG.substring(0, from)
        + """
            provisioner: %s
            template:
              workload: container
              image: innkeeper-test/busybox:1
              command: sh -c "trap 'exit 0' TERM; sleep 100000 & wait"
              cpuMillis: "50"
              memoryMegabytes: "8"
              volume.data: /data:10
        """
            .formatted(provisioner)
        + CATALOG.substring(to);
  }

  final HikariDataSource dataSource;
  final MutableClock engineClock = MutableClock.at("2026-03-01T00:00:00Z");
  final MutableClock realClock = MutableClock.at("2026-11-21T00:00:00Z");
  final ProvisioningHook hook = new ProvisioningHook();
  final BillingEngine engine;
  final Database server;
  final UUID customerId;

  ProvisioningBench() {
    this(pool(TestDatabase.createDatabase()));
    engine.catalog().apply(CATALOG, "test");
  }

  private ProvisioningBench(HikariDataSource dataSource) {
    this.dataSource = dataSource;
    migrate(dataSource);
    this.server = new Database(dataSource, "server");
    this.engine =
        BillingEngine.builder()
            .dataSource(dataSource)
            .clock(engineClock)
            .hook(hook.eventHook())
            .build();
    this.customerId =
        engine
            .customers()
            .register(NewCustomer.named("Ada", "ada@example.org", Currency.of("EUR")), "ada")
            .id();
  }

  private static HikariDataSource pool(String database) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(TestDatabase.server().jdbcUrl(database));
    config.setMinimumIdle(0);
    return new HikariDataSource(config);
  }

  void close() {
    engine.close();
    dataSource.close();
  }

  static void migrate(DataSource dataSource) {
    Flyway.configure()
        .dataSource(dataSource)
        .schemas("server")
        .defaultSchema("server")
        .table("schema_history")
        .locations("classpath:dev/innkeeper/server/migration")
        .load()
        .migrate();
  }

  Orchestrator orchestrator(String node, Provisioner site) {
    return orchestrator(node, site, realClock, hook);
  }

  Orchestrator orchestrator(String node, Provisioner site, Clock clock, ProvisioningHook withHook) {
    return Orchestrator.create(
        new Orchestrator.Parts(
            engine, server, Provisioners.of(Map.of("site", site)), withHook, clock, new Random(1)),
        new Orchestrator.Options(
            node, 4, Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(1), 10));
  }

  Subscription start(String name, String key) {
    return engine
        .subscriptions()
        .start(
            NewSubscription.of(customerId, "site", Currency.of("EUR"))
                .withMetadata(Map.of("name", name)),
            key);
  }

  /** Delivers events and works until nothing is due at this instant. */
  void settle(Orchestrator orchestrator) {
    engine.runDue(Duration.ofSeconds(20));
    while (orchestrator.tick(realClock.instant()) > 0) {
      engine.runDue(Duration.ofSeconds(20));
    }
  }
}
