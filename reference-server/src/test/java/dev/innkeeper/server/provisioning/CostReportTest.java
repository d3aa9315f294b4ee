package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.subscription.Subscription;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CostReportTest {
  private ProvisioningBench bench;
  private Orchestrator orchestrator;
  private Instant start;

  @BeforeEach
  void open() {
    bench = new ProvisioningBench();
    orchestrator = bench.orchestrator("a", new MeasuredSite());
    start = bench.engine.now();
  }

  @AfterEach
  void close() {
    orchestrator.close();
    bench.close();
  }

  @Test
  void costsAreSummedByProvisionerAndByResourceWithinATime() {
    Subscription early = bench.start("early", "early");
    bench.settle(orchestrator);
    bench.engineClock.advance(Duration.ofHours(2));
    Subscription late = bench.start("late", "late");
    bench.settle(orchestrator);
    bench.engineClock.advance(Duration.ofHours(1));
    while (orchestrator.metering().round() > 0) {
      // Until nothing is due.
    }

    Instant end = start.plus(Duration.ofHours(3));
    CostReport report = orchestrator.metering().report();
    List<CostReport.OfProvisioner> sums = report.byProvisioner(start, end);
    assertThat(sums).hasSize(1);
    assertThat(sums.get(0).resources()).isEqualTo(2);
    assertThat(sums.get(0).running()).isEqualTo(Duration.ofHours(4));
    assertThat(sums.get(0).cost().orElseThrow().amount()).isEqualByComparingTo("1.44");

    List<CostReport.OfResource> dearest = report.dearest(start, end, 10);
    assertThat(dearest)
        .extracting(CostReport.OfResource::id)
        .containsExactly(early.id(), late.id());
    assertThat(dearest.get(0).cost().orElseThrow().amount()).isEqualByComparingTo("1.08");
    assertThat(dearest.get(0).used())
        .extracting(used -> used.meter())
        .containsExactly("requests", "unsold");
    assertThat(dearest.get(0).used().get(0).quantity())
        .isEqualByComparingTo(BigDecimal.valueOf(3 * 3600));
    assertThat(report.dearest(start, end, 1)).hasSize(1);

    Instant second = start.plus(Duration.ofHours(1));
    assertThat(report.dearest(start, second, 10)).hasSize(1);
    assertThat(report.byProvisioner(start, second).get(0).cost().orElseThrow().amount())
        .isEqualByComparingTo("0.36");
    assertThat(report.byProvisioner(end, end.plus(Duration.ofDays(1)))).isEmpty();
  }
}
