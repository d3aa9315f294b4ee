package dev.innkeeper.billing.invoice;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** An engine over a database of its own with the sample catalog, and short ways to invoices. */
final class InvoiceFixture {
  final MutableClock clock;
  final String database = TestDatabase.createDatabase();
  final DataSource dataSource = pool(database);
  final Database db = new Database(dataSource, TestDatabase.SCHEMA);
  final BillingEngine engine;
  final Invoices invoices;
  private int keys;

  InvoiceFixture() {
    this(InvoiceSettings.standard());
  }

  InvoiceFixture(InvoiceSettings settings) {
    this("2026-03-10T00:00:00Z", settings);
  }

  InvoiceFixture(String start, InvoiceSettings settings) {
    this.clock = MutableClock.at(start);
    this.engine = engine(settings);
    this.invoices = engine.invoices();
    engine.catalog().apply(SampleCatalog.yaml(), "test");
  }

  /** A small pool, which lets its idle connections go after a while. */
  private static DataSource pool(String database) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(TestDatabase.server().dataSource(database));
    config.setMaximumPoolSize(12);
    config.setMinimumIdle(0);
    return new HikariDataSource(config);
  }

  /** Runs the work in one transaction of the engine. */
  void tx(Runnable work) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        engine.in(
            connection,
            () -> {
              work.run();
              return true;
            });
        connection.commit();
      } finally {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Another engine on the same database and clock: another node. */
  BillingEngine engine(InvoiceSettings settings) {
    return BillingEngine.builder().dataSource(dataSource).clock(clock).invoicing(settings).build();
  }

  Customer customer(String name) {
    return customer(
        NewCustomer.named(
            name, name.toLowerCase(Locale.ROOT).replace(' ', '.') + "@example.org", Currency.EUR));
  }

  Customer customer(NewCustomer wanted) {
    return engine.customers().register(wanted, "customer-" + keys++);
  }

  Subscription start(Customer customer, String product, Map<String, String> options) {
    return engine
        .subscriptions()
        .start(
            NewSubscription.of(customer.id(), product, Currency.EUR).withOptions(options),
            "start-" + keys++);
  }

  /** A custom invoice of one line. */
  Invoice custom(Customer customer, String amount) {
    return invoices.custom(
        new NewInvoice(
            customer.id(),
            Currency.EUR,
            List.of(NewInvoice.Line.of("Consulting", new BigDecimal(amount))),
            null,
            null),
        "custom-" + keys++);
  }

  void at(String instant) {
    clock.set(Instant.parse(instant));
  }

  List<String> eventTypes(UUID customerId) {
    return engine.events().of(customerId, 0, 100).stream().map(StoredEvent::type).toList();
  }

  /** A number from the database. */
  long count(String sql) {
    return db.tx(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }
}
