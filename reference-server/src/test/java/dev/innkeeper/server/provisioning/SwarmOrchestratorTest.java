package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.provisioner.contract.CutOff;
import dev.innkeeper.server.plugins.Plugins;
import dev.innkeeper.server.plugins.Provisioners;
import dev.innkeeper.server.swarm.RealSwarm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The orchestrator with a real swarm below it. */
class SwarmOrchestratorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path folder;

  private final String name = "orch-" + UUID.randomUUID().toString().substring(0, 8);
  private final String ours = "dev.innkeeper.instance=" + name;
  private RealSwarm swarm;
  private ProvisioningBench bench;
  private Plugins plugins;

  @BeforeEach
  void open() {
    swarm = RealSwarm.reach();
    bench = new ProvisioningBench();
    bench.engine.catalog().apply(ProvisioningBench.containers("site"), "test");
    plugins = Plugins.load(folder, List.of(Path.of("..", "provisioner-docker-swarm")));
  }

  @AfterEach
  void close() throws IOException {
    if (bench != null) {
      bench.close();
      plugins.close();
      swarm.removeServices(ours);
    }
  }

  private Provisioners provisioners(String dockerHost) {
    return Provisioners.open(
        plugins,
        Map.of(
            name,
            Map.of("kind", "docker-swarm", "dockerHost", dockerHost, "stopGraceSeconds", "1")),
        folder,
        Clock.systemUTC());
  }

  @Test
  void anOutageOfTheEngineDelaysAndBreaksNothing() throws Exception {
    try (CutOff proxy = CutOff.before(swarm.host());
        Provisioners provisioners = provisioners("tcp://127.0.0.1:" + proxy.port());
        Orchestrator orchestrator =
            bench.orchestrator("a", provisioners.find(name).orElseThrow())) {
      Subscription suspended = bench.start("suspended", "1");
      Subscription ended = bench.start("ended", "2");
      Subscription untouched = bench.start("untouched", "3");
      work(orchestrator, Duration.ofMillis(250), () -> all(ResourceStatus.RUNNING, 3));

      proxy.cut();
      bench.engine.subscriptions().suspend(bench.customerId, suspended.id(), "unpaid");
      bench.engine.subscriptions().cancel(bench.customerId, ended.id(), CancelAt.NOW);
      Subscription started = bench.start("started", "4");
      int[] looks = {0};
      // Six minutes by the clock that attempts and sweeps go by, a look every five seconds.
      work(orchestrator, Duration.ofSeconds(5), () -> ++looks[0] > 72);
      for (Subscription sub : List.of(suspended, ended, started)) {
        Resource resource = orchestrator.resources().get(bench.customerId, sub.id());
        assertThat(resource.message().orElse("")).contains("the Docker engine does not answer");
        assertThat(resource.attempts()).as("an outage uses up no attempts").isZero();
        assertThat(resource.nextAttemptAt()).isPresent();
      }
      assertThat(orchestrator.resources().get(bench.customerId, untouched.id()).status())
          .isEqualTo(ResourceStatus.RUNNING);
      assertThat(orchestrator.reconciler().plan().unseen()).containsOnlyKeys("site");
      assertThat(swarm.labelled("services", ours)).hasSize(3);

      proxy.restore();
      work(
          orchestrator,
          Duration.ofSeconds(1),
          () ->
              all(ResourceStatus.RUNNING, 2)
                  && all(ResourceStatus.SUSPENDED, 1)
                  && all(ResourceStatus.GONE, 1));
      assertThat(orchestrator.reconciler().plan().differences()).isEmpty();
      assertThat(swarm.labelled("services", ours)).hasSize(3);
      assertThat(swarm.running(ours)).isEqualTo(2);
      for (JsonNode volume : swarm.labelled("volumes", ours).path("Volumes")) {
        assertThat(volume.at("/Labels").path("dev.innkeeper.resource").asText())
            .isNotEqualTo(ended.id().toString());
      }
    }
  }

  private boolean all(ResourceStatus status, long count) {
    return resources().counts().getOrDefault(status, 0L) == count;
  }

  private Resources resources() {
    return new Resources(
        bench.server, new ResourceStore(dev.innkeeper.billing.json.BillingJson.mapper()));
  }

  /** Works, and lets so much time pass for those that wait, until it is done. */
  private void work(Orchestrator orchestrator, Duration step, BooleanSupplier isDone) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!isDone.getAsBoolean()) {
      assertThat(System.nanoTime()).as("not done in time").isLessThan(deadlineNanos);
      bench.engine.runDue(Duration.ofSeconds(20));
      if (orchestrator.tick(bench.realClock.instant()) == 0) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
      bench.realClock.advance(step);
    }
  }

  /** Prints what creation costs beside the engine; run by hand for docs/performance.md. */
  @Test
  @Tag("long")
  void creationIsBoundedByTheEngine() throws Exception {
    int services = 100;
    List<Long> raw = new ArrayList<>();
    List<Long> orchestrated = new ArrayList<>();
    try (Provisioners provisioners = provisioners(swarm.host());
        Orchestrator orchestrator =
            bench.orchestrator(
                "a", provisioners.find(name).orElseThrow(), Clock.systemUTC(), bench.hook)) {
      orchestrator.start();
      for (int round = 0; round < 2; round++) {
        raw.add(createRaw(services));
        orchestrated.add(createThrough(services, round));
      }
    }
    System.out.printf(
        "%d services: by the engine's API %s ms, through the orchestrator %s ms%n",
        services, raw, orchestrated);
    assertThat(min(orchestrated)).isLessThan(2 * min(raw) + 2_000);
  }

  private static long min(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).min().orElseThrow();
  }

  private long createRaw(int services) throws Exception {
    long startNanos = System.nanoTime();
    ExecutorService clients = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < services; i++) {
        String json =
            """
            {"Name": "%s-raw-%d", "Labels": {"raw": "%s"},
             "TaskTemplate": {
               "ContainerSpec": {"Image": "%s", "StopGracePeriod": 1000000000,
                 "Command": ["sh", "-c", "trap 'exit 0' TERM; sleep 100000 & wait"],
                 "Mounts": [{"Type": "volume", "Source": "%s-raw-%d", "Target": "/data",
                   "VolumeOptions": {"Labels": {"raw": "%s"}}}]},
               "Resources": {"Limits": {"NanoCPUs": 50000000, "MemoryBytes": 8388608},
                 "Reservations": {"MemoryBytes": 8388608}}},
             "Mode": {"Replicated": {"Replicas": 1}}, "EndpointSpec": {"Mode": "dnsrr"}}
            """
                .formatted(name, i, name, RealSwarm.IMAGE, name, i, name);
        calls.add(clients.submit(() -> swarm.create(json)));
      }
      for (Future<?> call : calls) {
        call.get(60, TimeUnit.SECONDS);
      }
    } finally {
      clients.shutdownNow();
    }
    awaitRunning("raw=" + name, services);
    long millis = Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
    swarm.removeServices("raw=" + name);
    awaitNoContainers("raw=" + name);
    return millis;
  }

  private long createThrough(int services, int round) throws Exception {
    List<Subscription> subs = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      subs.add(bench.start("site-" + round + "-" + i, round + "-" + i));
    }
    long startNanos = System.nanoTime();
    bench.engine.runDue(Duration.ofSeconds(60));
    await(() -> all(ResourceStatus.RUNNING, services));
    long millis = Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
    for (Subscription sub : subs) {
      bench.engine.subscriptions().cancel(bench.customerId, sub.id(), CancelAt.NOW);
    }
    bench.engine.runDue(Duration.ofSeconds(60));
    await(() -> all(ResourceStatus.GONE, (round + 1L) * services));
    return millis;
  }

  private void awaitRunning(String label, int count) {
    await(
        () -> {
          try {
            return swarm.running(label) == count;
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private void awaitNoContainers(String label) {
    await(
        () -> {
          try {
            return swarm.labelled("services", label).isEmpty()
                && !swarm.get("/containers/json?all=true").toString().contains(name + "-raw-");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void await(BooleanSupplier isDone) {
    long deadlineNanos = System.nanoTime() + Duration.ofMinutes(4).toNanos();
    while (!isDone.getAsBoolean()) {
      assertThat(System.nanoTime()).as("not done in time").isLessThan(deadlineNanos);
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }
}
