package dev.innkeeper.billing.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.CustomerRegistered;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class TransactionHookTest {
  private final MutableClock clock = MutableClock.at("2027-01-01T00:00:00Z");
  private final DataSource dataSource = TestDatabase.createDataSource();
  private final List<String> afterCommit = new ArrayList<>();

  TransactionHookTest() throws SQLException {
    execute("create table crm (customer uuid primary key, name text not null)");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long rows() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("select count(*) from crm")) {
      assertThat(count.next()).isTrue();
      return count.getLong(1);
    }
  }

  private BillingEngine engine(TransactionHook.Handler<CustomerRegistered> handler) {
    return BillingEngine.builder()
        .dataSource(dataSource)
        .schema(TestDatabase.SCHEMA)
        .clock(clock)
        .transactionHook(CustomerRegistered.class, handler)
        .hook(CustomerRegistered.class, event -> afterCommit.add(event.name()))
        .build();
  }

  private static void register(BillingEngine engine, String name) {
    UUID unused =
        engine
            .customers()
            .register(NewCustomer.named(name, name + "@example.org", Currency.EUR), name)
            .id();
  }

  private static void insert(CustomerRegistered event, Connection connection) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into crm (customer, name) values (?, ?)")) {
      insert.setObject(1, event.customerId());
      insert.setString(2, event.name());
      insert.executeUpdate();
    }
  }

  @Test
  void itsRowsAreThereExactlyIfTheChangeIs() throws SQLException {
    try (BillingEngine engine = engine(TransactionHookTest::insert)) {
      register(engine, "ada");
      assertThat(rows()).isEqualTo(1);
      assertThat(afterCommit).as("the other kind waits for due work").isEmpty();
      engine.runDue(Duration.ofSeconds(10));
      assertThat(afterCommit).containsExactly("ada");
    }
  }

  @Test
  void whatItThrowsUndoesTheChange() throws SQLException {
    try (BillingEngine engine =
        engine(
            (event, connection) -> {
              insert(event, connection);
              if (event.name().equals("eve")) {
                throw new SQLException("not her");
              }
            })) {
      assertThatThrownBy(() -> register(engine, "eve")).hasRootCauseMessage("not her");
      assertThat(rows()).isZero();
      assertThat(engine.customers().list("", null, 10)).isEmpty();
      register(engine, "ada");
      engine.runDue(Duration.ofSeconds(10));
      assertThat(afterCommit).containsExactly("ada");
      assertThat(rows()).isEqualTo(1);
    }
  }

  @Test
  void theLogIsSearchedByTypeFromTheLatestBack() {
    try (BillingEngine engine = engine((event, connection) -> {})) {
      for (String name : List.of("ada", "ben", "cleo")) {
        register(engine, name);
        clock.advance(Duration.ofSeconds(1));
      }
      EventLog log = engine.events();
      assertThat(log.search(EventQuery.latest(10).withType("invoice.*"))).isEmpty();
      List<StoredEvent> page = log.search(EventQuery.latest(2).withType("customer.*"));
      assertThat(page).extracting(StoredEvent::data).hasSize(2).first().asString().contains("cleo");
      StoredEvent last = page.get(1);
      assertThat(
              log.search(
                  EventQuery.latest(2)
                      .withType("customer.registered")
                      .before(last.occurredAt(), last.customerId(), last.seq())))
          .singleElement()
          .satisfies(event -> assertThat(event.data()).contains("ada"));
    }
  }
}
