package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.usage.StoredUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeteringTest {
  private static final String METERS =
      """
      meters:
        - {code: requests, unit: piece, kind: counter, aggregation: sum}
      """;
  private static final long SEED = 20261121;

  private ProvisioningBench bench;
  private MeasuredSite site;
  private Orchestrator orchestrator;
  private Instant start;

  @BeforeEach
  void open() {
    bench = new ProvisioningBench();
    bench.engine.catalog().apply(METERS + ProvisioningBench.CATALOG, "test");
    site = new MeasuredSite();
    orchestrator = bench.orchestrator("a", site);
    start = bench.engine.now();
  }

  @AfterEach
  void close() {
    orchestrator.close();
    bench.close();
  }

  @Test
  void eachFullHourIsReadAndRecordedOnce() {
    Subscription sub = running();
    bench.engineClock.advance(Duration.ofMinutes(150));
    readAll(orchestrator);
    readAll(orchestrator);
    assertThat(usage(sub))
        .extracting(each -> each.record().quantity())
        .allSatisfy(seconds -> assertThat(seconds).isEqualByComparingTo("3600"))
        .hasSize(2);
    assertThat(site.asked).hasValue(2);
    List<MeteredInterval> intervals = intervals(sub);
    assertThat(intervals.get(1).from()).isEqualTo(start);
    assertThat(intervals.get(0).from()).isEqualTo(intervals.get(1).to());
    assertThat(intervals.get(0).readings()).hasSize(2);
    assertThat(intervals.get(0).refused()).isEmpty();
    assertThat(costs(sub)).isEqualByComparingTo("0.72");
  }

  @Test
  void suspendedTimeCostsNothingAndIsReadAllTheSame() {
    Subscription sub = running();
    bench.engineClock.advance(Duration.ofMinutes(30));
    bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
    bench.settle(orchestrator);
    bench.engineClock.advance(Duration.ofMinutes(45));
    bench.engine.subscriptions().unsuspend(bench.customerId, sub.id());
    bench.settle(orchestrator);
    bench.engineClock.advance(Duration.ofMinutes(45));
    readAll(orchestrator);
    assertThat(total(sub)).isEqualByComparingTo("7200");
    Duration ran =
        intervals(sub).stream().map(MeteredInterval::running).reduce(Duration.ZERO, Duration::plus);
    assertThat(ran).isEqualTo(Duration.ofMinutes(75));
    assertThat(costs(sub)).isEqualByComparingTo("0.45");
  }

  @Test
  void whatIsRemovedIsReadToItsEndBefore() {
    Subscription sub = running();
    bench.engineClock.advance(Duration.ofMinutes(90));
    bench.engine.subscriptions().cancel(bench.customerId, sub.id(), CancelAt.NOW);
    bench.settle(orchestrator);
    assertThat(site.site.calls).contains("remove my-site");
    orchestrator.metering().round();
    assertThat(total(sub)).isEqualByComparingTo("5400");
    bench.engineClock.advance(Duration.ofHours(5));
    readAll(orchestrator);
    assertThat(total(sub)).isEqualByComparingTo("5400");
  }

  @Test
  void aServerThatDiesAfterTheReadingKeepsItsFirstAnswer() {
    Subscription sub = running();
    bench.engineClock.advance(Duration.ofHours(1));
    orchestrator.metering().round();
    bench.server.run(handle -> handle.execute("update @.metered_interval set recorded = false"));
    readAll(orchestrator);
    assertThat(usage(sub)).hasSize(1);
    assertThat(site.asked).hasValue(1);
  }

  @Test
  void aProvisionerThatDoesNotAnswerIsAskedAgainAndNothingIsLost() {
    Subscription sub = running();
    bench.engineClock.advance(Duration.ofHours(3));
    site.before =
        () -> {
          throw new IllegalStateException("no answer");
        };
    assertThat(orchestrator.metering().round()).isZero();
    site.before = () -> {};
    assertThat(orchestrator.metering().round()).as("not at once").isZero();
    bench.engineClock.advance(Duration.ofMinutes(5));
    readAll(orchestrator);
    assertThat(total(sub)).isEqualByComparingTo("10800");
  }

  @Test
  void usageThatComesAfterTheCutoffIsRefusedAndToldNotLostInSilence() {
    Subscription sub = running();
    bench.engineClock.advance(bench.engine.usage().policy().cutoff().plus(Duration.ofHours(2)));
    readAll(orchestrator);
    List<String> refused =
        bench.server.tx(
            handle ->
                handle
                    .createQuery(
                        "select refused from @.metered_interval where resource_id = :id"
                            + " and refused is not null")
                    .bind("id", sub.id())
                    .mapTo(String.class)
                    .list());
    assertThat(refused)
        .hasSize(2)
        .allSatisfy(reason -> assertThat(reason).contains("is longer ago than"));
  }

  @Test
  void theDatabaseKeepsIntervalsInOrder() {
    Subscription sub = running();
    bench.engineClock.advance(Duration.ofHours(1));
    readAll(orchestrator);
    assertThatThrownBy(
            () ->
                bench.server.run(
                    handle ->
                        handle
                            .createUpdate(
                                "insert into @.metered_interval (customer_id, resource_id, from_at,"
                                    + " to_at, readings, running_millis) select customer_id,"
                                    + " resource_id, from_at, to_at, '[]', 0"
                                    + " from @.metered_interval where resource_id = :id")
                            .bind("id", sub.id())
                            .execute()))
        .hasMessageContaining("metered_interval_pkey");
  }

  /**
   * Whatever happens in whatever order (two servers that read, crashes on either side of the
   * storing, records that are handed over twice, suspensions), intervals follow each other without
   * gap or overlap and the engine counts each second once.
   */
  @Test
  void anyOrderOfRestartsAndDuplicatesRecordsEachIntervalOnce() {
    for (long seed = SEED; seed < SEED + 5; seed++) {
      Random random = new Random(seed);
      Subscription sub = bench.start("site-" + seed, "key-" + seed);
      bench.settle(orchestrator);
      Instant begun = bench.engine.now();
      for (int i = 0; i < 16; i++) {
        step(random, sub);
      }
      site.before = () -> {};
      bench.engineClock.advance(Duration.ofHours(2));
      readAll(orchestrator);
      List<MeteredInterval> intervals = new ArrayList<>(intervals(sub));
      java.util.Collections.reverse(intervals);
      Instant at = begun;
      for (MeteredInterval interval : intervals) {
        assertThat(interval.from()).as("seed %s", seed).isEqualTo(at);
        at = interval.to();
      }
      assertThat(Duration.between(at, bench.engine.now())).isLessThan(Duration.ofHours(1));
      assertThat(total(sub))
          .as("seed %s", seed)
          .isEqualByComparingTo(BigDecimal.valueOf(Duration.between(begun, at).toMillis(), 3));
      assertThat(usage(sub)).as("seed %s", seed).hasSameSizeAs(intervals);
      bench.engine.subscriptions().cancel(bench.customerId, sub.id(), CancelAt.NOW);
      bench.settle(orchestrator);
    }
  }

  private void step(Random random, Subscription sub) {
    bench.engineClock.advance(Duration.ofSeconds(random.nextInt(4000)));
    site.before = () -> {};
    switch (random.nextInt(6)) {
      case 0 -> {
        // Another server reads the same, while this one waits for its answer.
        boolean[] inside = {false};
        site.before =
            () -> {
              if (!inside[0]) {
                inside[0] = true;
                try (Orchestrator other = bench.orchestrator("b", site)) {
                  other.metering().round();
                }
              }
            };
        orchestrator.metering().round();
      }
      case 1 -> {
        site.before =
            () -> {
              throw new IllegalStateException("killed before the answer was stored");
            };
        orchestrator.metering().round();
      }
      case 2 ->
          // Killed between storing and handing over, or after it and before that was noted.
          bench.server.run(
              handle -> handle.execute("update @.metered_interval set recorded = false"));
      case 3 -> {
        orchestrator.close();
        orchestrator = bench.orchestrator("a", site);
      }
      case 4 -> {
        if (bench.engine.subscriptions().get(bench.customerId, sub.id()).suspendedReason()
            == null) {
          bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
        } else {
          bench.engine.subscriptions().unsuspend(bench.customerId, sub.id());
        }
        bench.settle(orchestrator);
      }
      default -> orchestrator.metering().round();
    }
  }

  private Subscription running() {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    return sub;
  }

  private static void readAll(Orchestrator with) {
    while (with.metering().round() > 0) {
      // Until nothing is due.
    }
  }

  private List<MeteredInterval> intervals(Subscription sub) {
    return orchestrator.metering().intervals(bench.customerId, sub.id(), 1000);
  }

  private BigDecimal costs(Subscription sub) {
    return orchestrator.metering().costs(bench.customerId, sub.id()).get("EUR");
  }

  private List<StoredUsage> usage(Subscription sub) {
    return bench
        .engine
        .usage()
        .list(
            bench.customerId,
            sub.id(),
            "requests",
            start.minus(Duration.ofDays(1)),
            start.plus(Duration.ofDays(400)),
            1000);
  }

  private BigDecimal total(Subscription sub) {
    return usage(sub).stream()
        .map(each -> each.record().quantity())
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }
}
