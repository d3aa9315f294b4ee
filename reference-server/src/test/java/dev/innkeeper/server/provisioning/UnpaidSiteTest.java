package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.server.plugins.Plugins;
import dev.innkeeper.server.plugins.Provisioners;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who never pays: what the books say becomes of a service, becomes of what really runs. */
class UnpaidSiteTest {
  @TempDir Path folder;
  private ProvisioningBench bench;
  private Plugins plugins;
  private Provisioners provisioners;
  private Orchestrator orchestrator;

  @BeforeEach
  void open() {
    bench = new ProvisioningBench();
    plugins = Plugins.load(folder.resolve("none"), List.of(Path.of("../provisioner-site")));
    provisioners =
        Provisioners.open(plugins, Map.of("site", Map.of("port", "0")), folder, Clock.systemUTC());
    Provisioner site = provisioners.find("site").orElseThrow();
    orchestrator = bench.orchestrator("a", site);
  }

  @AfterEach
  void close() {
    orchestrator.close();
    provisioners.close();
    plugins.close();
    bench.close();
  }

  private void untilStartOf(Instant instant) {
    while (bench.engineClock.instant().isBefore(instant)) {
      bench.engineClock.advance(Duration.ofDays(1));
      bench.settle(orchestrator);
    }
  }

  private SubscriptionStatus status(UUID subscriptionId) {
    return bench.engine.subscriptions().get(bench.customerId, subscriptionId).status();
  }

  private ResourceStatus resource(UUID subscriptionId) {
    return orchestrator.resources().find(bench.customerId, subscriptionId).orElseThrow().status();
  }

  private static int answer(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private long files() throws IOException {
    try (var files = Files.walk(folder.resolve("site"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void afterThreeMonthsUnpaidTheRealThingIsRemovedWithItsFiles() throws Exception {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    String url =
        orchestrator.resources().find(bench.customerId, sub.id()).orElseThrow().facts().get("url");
    assertThat(answer(url)).isEqualTo(200);

    untilStartOf(Instant.parse("2026-04-01T00:00:00Z"));
    Invoice march = bench.engine.invoices().open(bench.customerId).get(0);
    Instant due = march.dueAt();
    untilStartOf(due.plus(Duration.ofDays(14)));
    assertThat(status(sub.id())).isEqualTo(SubscriptionStatus.SUSPENDED);
    assertThat(resource(sub.id())).isEqualTo(ResourceStatus.SUSPENDED);
    assertThat(answer(url)).as("says how to pay").isEqualTo(402);

    untilStartOf(due.plus(Duration.ofDays(90)));
    assertThat(resource(sub.id())).as("a day before").isEqualTo(ResourceStatus.SUSPENDED);
    assertThat(files()).isPositive();

    untilStartOf(due.plus(Duration.ofDays(91)));
    assertThat(status(sub.id())).isEqualTo(SubscriptionStatus.ENDED);
    assertThat(resource(sub.id())).isEqualTo(ResourceStatus.GONE);
    assertThat(answer(url)).isEqualTo(404);
    assertThat(files()).as("names, descriptions, content").isZero();
  }
}
