package dev.innkeeper.billing.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.audit.WorkHealth.KindHealth;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.work.DueRunner;
import dev.innkeeper.billing.work.DueWork;
import dev.innkeeper.billing.work.Heartbeats;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class WorkHealthTest {
  private static final Duration STALE_AFTER = Duration.ofMinutes(5);

  private final MutableClock clock = MutableClock.at("2027-01-01T00:00:00Z");
  private final MutableClock wall = MutableClock.at("2026-06-01T00:00:00Z");
  private final DataSource dataSource = TestDatabase.createDataSource();

  private BillingEngine engine() {
    return BillingEngine.builder()
        .dataSource(dataSource)
        .schema(TestDatabase.SCHEMA)
        .clock(clock)
        .wallClock(wall)
        .hook(EventHook.onEvery("any", event -> {}))
        .build();
  }

  private static KindHealth of(BillingEngine engine, String kind) {
    return engine.workHealth().read().stream()
        .filter(health -> health.kind().equals(kind))
        .findAny()
        .orElseThrow();
  }

  @Test
  void whenNobodyDoesDueWorkItIsSeenOnEveryNode() {
    try (BillingEngine worker = engine();
        BillingEngine other = engine()) {
      assertThat(other.workHealth().read())
          .isNotEmpty()
          .allSatisfy(health -> assertThat(health.lastRanAt()).isNull())
          .allMatch(health -> health.isStale(wall.instant(), STALE_AFTER));
      worker.runDue(Duration.ofSeconds(10));
      assertThat(other.workHealth().read())
          .allSatisfy(health -> assertThat(health.lastRanAt()).isEqualTo(wall.instant()))
          .noneMatch(health -> health.isStale(wall.instant(), STALE_AFTER));
      // A trial's time may leap; only real time makes it stale.
      clock.advance(Duration.ofDays(1));
      assertThat(other.workHealth().read())
          .noneMatch(health -> health.isStale(wall.instant(), STALE_AFTER));
      wall.advance(Duration.ofMinutes(6));
      assertThat(other.workHealth().read())
          .allMatch(health -> health.isStale(wall.instant(), STALE_AFTER));
      assertThat(other.workHealth().wallNow()).isEqualTo(wall.instant());
    }
  }

  @Test
  void whatLiesOverdueIsTold() {
    try (BillingEngine engine = engine()) {
      Instant began = clock.instant();
      UUID unused =
          engine
              .customers()
              .register(NewCustomer.named("ada", "ada@example.org", Currency.EUR), "ada")
              .id();
      clock.advance(Duration.ofHours(3));
      KindHealth late = of(engine, "events");
      assertThat(late.oldestDueAt()).isEqualTo(began);
      assertThat(late.late()).isEqualTo(Duration.ofHours(3));
      engine.runDue(Duration.ofSeconds(10));
      assertThat(of(engine, "events").oldestDueAt()).isNull();
      assertThat(of(engine, "events").late()).isZero();
      assertThat(of(engine, "events").lastWorkedAt()).isEqualTo(wall.instant());
      assertThat(of(engine, "refunds").lastWorkedAt()).isNull();
    }
  }

  /** A kind that does not run is stale though the others run, and says why. */
  @Test
  void aKindThatFailsEachTimeGrowsStale() {
    Database db = new Database(dataSource, TestDatabase.SCHEMA);
    Heartbeats heartbeats = new Heartbeats(db, wall);
    DueWork broken =
        new DueWork() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public int runBatch(Instant now) {
            throw new IllegalStateException("no disk");
          }
        };
    DueRunner runner = new DueRunner(List.of(broken), clock, heartbeats);
    WorkHealth health =
        new WorkHealth(db, heartbeats, List.of("broken"), new WorkHealth.Clocks(clock, wall));
    for (int i = 0; i < 3; i++) {
      assertThat(runner.run(Duration.ofSeconds(1)).failures()).containsKey("broken");
      wall.advance(Duration.ofMinutes(1));
    }
    KindHealth seen = health.read().get(0);
    assertThat(seen.isStale(wall.instant(), STALE_AFTER)).isTrue();
    assertThat(seen.error()).contains("no disk");
  }
}
