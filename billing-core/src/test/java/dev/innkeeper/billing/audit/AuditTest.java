package dev.innkeeper.billing.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditTest {
  private final DataSource dataSource = TestDatabase.createDataSource();
  private final BillingEngine engine =
      BillingEngine.builder()
          .dataSource(dataSource)
          .clock(MutableClock.at("2027-01-01T00:00:00Z"))
          .build();

  @BeforeEach
  void someMoneyMoves() {
    for (String name : List.of("ada", "bob")) {
      UUID id =
          engine
              .customers()
              .register(NewCustomer.named(name, name + "@example.org", Currency.EUR), name)
              .id();
      Amount ten = Amount.parse("10.00", Currency.EUR);
      engine
          .ledger()
          .require(
              Transfer.builder(
                      UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)), "top-up")
                  .debit(Accounts.gateway("sandbox", Currency.EUR), ten)
                  .credit(Accounts.cash(id, Currency.EUR), ten)
                  .build());
    }
  }

  @Test
  void whatTheEngineWroteIsClean() {
    AuditReport report = engine.audit().run();
    assertThat(report.checks()).hasSizeGreaterThan(5).allMatch(AuditCheck::holds);
    assertThat(report.clean()).isTrue();
  }

  @Test
  void aChangedEntryBreaksTheBalanceItBelongsTo() throws SQLException {
    execute(
        "update billing.ledger_entry set amount = amount * 2 where owner <> '"
            + Accounts.HOUSE
            + "' and seq = 1");
    assertThat(broken()).contains("transfers-balance", "balances-match-entries");
  }

  @Test
  void aChangedBalanceIsFound() throws SQLException {
    execute("update billing.ledger_account set balance = balance - 1 where code = 'cash'");
    assertThat(broken()).containsExactly("balances-match-entries", "books-fit-seals");
  }

  @Test
  void aLostTransferIsFound() throws SQLException {
    execute("delete from billing.ledger_transfer where kind = 'top-up'");
    assertThat(broken()).containsExactly("transfers-balance", "books-fit-seals");
  }

  @Test
  void whatNoSumShowsIsFoundByTheSeals() throws SQLException {
    engine.runDue(Duration.ofSeconds(10));
    assertThat(engine.audit().run().clean()).isTrue();
    execute("update billing.ledger_transfer set metadata = 'forged' where kind = 'top-up'");
    AuditCheck seals =
        engine.audit().run().checks().stream().filter(c -> !c.holds()).findFirst().orElseThrow();
    assertThat(seals.name()).isEqualTo("books-fit-seals");
    assertThat(seals.findings())
        .hasSize(2)
        .allMatch(f -> f.startsWith("ledger_transfer ") && f.contains(" was altered: "));
  }

  @Test
  void aLostEventIsFound() throws SQLException {
    execute("delete from billing.event");
    assertThat(broken()).containsExactly("events-without-gaps");
    AuditCheck check =
        engine.audit().run().checks().stream().filter(c -> !c.holds()).findFirst().orElseThrow();
    assertThat(check.findings()).hasSize(2).allMatch(f -> f.contains("had 1 events"));
  }

  private List<String> broken() {
    return engine.audit().run().checks().stream()
        .filter(check -> !check.holds())
        .map(AuditCheck::name)
        .toList();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isPositive();
    }
  }
}
