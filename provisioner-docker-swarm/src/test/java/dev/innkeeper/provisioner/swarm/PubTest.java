package dev.innkeeper.provisioner.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.SwarmNode;
import com.github.dockerjava.api.model.SwarmNodeSpec;
import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.capability.Commandable.Command;
import dev.innkeeper.provisioner.capability.Commandable.Result;
import dev.innkeeper.provisioner.capability.Resizable.Effect;
import dev.innkeeper.provisioner.capability.StatsStream;
import dev.innkeeper.provisioner.capability.StatsStream.Sample;
import dev.innkeeper.provisioner.contract.CutOff;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.Port;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.Volume;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pubs need beyond the contract, on a real swarm. */
class PubTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String instance = "pub-" + UUID.randomUUID().toString().substring(0, 8);
  private TestSwarm swarm;
  private DockerClient docker;

  @BeforeEach
  void reach() {
    swarm = TestSwarm.reach();
    docker = SwarmFactory.connect(swarm.host());
  }

  @AfterEach
  void cleanUp() throws IOException {
    if (docker == null) {
      return;
    }
    docker
        .listServicesCmd()
        .withLabelFilter(Map.of(ServiceSpecs.INSTANCE, instance))
        .exec()
        .forEach(service -> docker.removeServiceCmd(service.getId()).exec());
    for (SwarmNode node : docker.listSwarmNodesCmd().exec()) {
      Map<String, String> labels = new HashMap<>(node.getSpec().getLabels());
      if (instance.equals(labels.remove(ServiceSpecs.HUB))) {
        SwarmNodeSpec spec = node.getSpec();
        spec.withLabels(labels);
        docker
            .updateSwarmNodeCmd()
            .withSwarmNodeId(node.getId())
            .withVersion(node.getVersion().getIndex())
            .withSwarmNodeSpec(spec)
            .exec();
      }
    }
    docker.close();
  }

  private SwarmProvisioner open(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("dockerHost", swarm.host());
    settings.put("stopGraceSeconds", "1");
    settings.put("allowedCommands", "echo,seq,sleep");
    settings.put("publicHost", "127.0.0.1");
    settings.putAll(more);
    return (SwarmProvisioner)
        new SwarmFactory()
            .create(
                new ProvisionerContext(
                    instance,
                    Path.of("unused"),
                    Clock.systemUTC(),
                    new SwarmFactory().settings().read("", settings)));
  }

  private static ResourceSpec pub(String name) {
    return new ResourceSpec(
        new ResourceRef(new ResourceId(UUID.randomUUID()), name), "owner", workload(32));
  }

  private static ContainerWorkload workload(long memoryMegabytes) {
    return ContainerWorkload.builder(TestSwarm.IMAGE, new Resources(200, memoryMegabytes))
        .command(
            "sh",
            "-c",
            "test -e /pub/index.html || echo a pub > /pub/index.html; echo open;"
                + " exec httpd -f -p 8008 -h /pub")
        .volume(new Volume("pub", "/pub", 10))
        .port(new Port("http", 8008, Port.Protocol.HTTP))
        .build();
  }

  @Test
  void aPubIsReachedAtAnAddressThatStays() throws Exception {
    try (SwarmProvisioner provisioner = open(Map.of())) {
      ResourceSpec spec = pub("first");
      ready(() -> provisioner.ensureRunning(spec));
      Observation seen = provisioner.observe(spec.ref());
      String url = seen.facts().get("url");
      assertThat(url).startsWith("http://127.0.0.1:3");
      assertThat(provisioner.addresses(spec.ref()))
          .singleElement()
          .satisfies(address -> assertThat(address.value()).isEqualTo(url));
      awaitStatus(url, 200);

      ready(() -> provisioner.ensureSuspended(spec.ref()));
      awaitStatus(url, 0);
      assertThat(provisioner.observe(spec.ref()).state()).isEqualTo(ResourceState.SUSPENDED);

      ready(() -> provisioner.ensureRunning(spec));
      assertThat(provisioner.observe(spec.ref()).facts()).containsEntry("url", url);
      awaitStatus(url, 200);
      ready(() -> provisioner.ensureAbsent(spec.ref()));
      awaitStatus(url, 0);
    }
  }

  @Test
  void statsFlowUntilNobodyWatches() throws Exception {
    try (SwarmProvisioner provisioner = open(Map.of())) {
      ResourceSpec spec = pub("watched");
      assertThat(provisioner.watch(spec.ref(), Duration.ofSeconds(1), sample -> {}).open())
          .isFalse();
      ready(() -> provisioner.ensureRunning(spec));
      BlockingQueue<Sample> samples = new LinkedBlockingQueue<>();
      StatsStream.Stream stream =
          provisioner.watch(spec.ref(), Duration.ofSeconds(1), samples::add);
      Sample first = samples.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Sample second = samples.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(first).isNotNull();
      assertThat(second).isNotNull();
      assertThat(second.at()).isAfter(first.at());
      assertThat(second.memoryBytes()).isBetween(1L, 32L << 20);
      assertThat(second.cpuMillis()).isBetween(0L, 250L);
      assertThat(stream.open()).isTrue();
      stream.close();
      assertThat(stream.open()).isFalse();
    }
  }

  @Test
  void commandsAreRelayedAsFarAsTheyAreAllowed() throws Exception {
    try (SwarmProvisioner provisioner = open(Map.of())) {
      ResourceSpec spec = pub("commanded");
      assertThat(provisioner.run(spec.ref(), command("echo", "hello")))
          .isInstanceOf(Result.Refused.class);
      ready(() -> provisioner.ensureRunning(spec));
      assertThat(provisioner.allowedPrograms()).containsExactly("echo", "seq", "sleep");
      assertThat(provisioner.run(spec.ref(), command("echo", "a  b", "$HOME")))
          .isEqualTo(new Result.Ended(0, "a  b $HOME\n", false));
      assertThat(provisioner.run(spec.ref(), command("rm", "-rf", "/pub")))
          .isInstanceOfSatisfying(
              Result.Refused.class,
              refused ->
                  assertThat(refused.reason())
                      .isEqualTo("'rm' is not allowed here; allowed are [echo, seq, sleep]"));
      assertThat(provisioner.run(spec.ref(), command("seq", "100000")))
          .isInstanceOfSatisfying(
              Result.Ended.class,
              ended -> {
                assertThat(ended.cut()).isTrue();
                assertThat(ended.output()).hasSize(1000).startsWith("1\n2\n3\n");
              });
      assertThat(
              provisioner.run(
                  spec.ref(), new Command(List.of("sleep", "54321"), Duration.ofSeconds(1), 10)))
          .isEqualTo(new Result.TimedOut("", true));
      assertThat(processes(spec)).contains("httpd").doesNotContain("54321");
      assertThat(provisioner.logs(spec.ref(), 10)).contains("open");
    }
  }

  /** What runs in its container, as the container sees it. */
  private String processes(ResourceSpec spec) throws Exception {
    Container container =
        docker
            .listContainersCmd()
            .withLabelFilter(Map.of(ServiceSpecs.RESOURCE, spec.id().toString()))
            .exec()
            .get(0);
    String exec =
        docker.execCreateCmd(container.getId()).withAttachStdout(true).withCmd("ps").exec().getId();
    StringBuilder text = new StringBuilder();
    try (ResultCallback.Adapter<Frame> output =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(Frame frame) {
            text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
          }
        }) {
      docker.execStartCmd(exec).exec(output);
      assertThat(output.awaitCompletion(20, TimeUnit.SECONDS)).isTrue();
    }
    return text.toString();
  }

  private static Command command(String... words) {
    return new Command(List.of(words), Duration.ofSeconds(20), 1000);
  }

  @Test
  void pubsFillHubsByTheGigabyteAndLetThemGo() {
    String node = docker.infoCmd().exec().getName();
    try (SwarmProvisioner provisioner =
        open(Map.of("hubs", "inventory", "hubMachines", node, "hubGigabytes", "2"))) {
      ResourceSpec first = pub("first");
      ResourceSpec second = pub("second");
      ResourceSpec third = pub("third");
      ready(() -> provisioner.ensureRunning(first));
      ready(() -> provisioner.ensureRunning(second));
      assertThat(provisioner.observe(first.ref()).facts()).containsEntry("hub", node);
      assertThat(provisioner.effectOf(new ResourceSpec(first.ref(), "owner", workload(2048))))
          .isInstanceOf(Effect.Refused.class);
      assertThat(settled(() -> provisioner.ensureRunning(third)))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              full -> assertThat(full.message()).contains("all 1 machines of the inventory"));
      // A suspended one keeps its place: its data is there.
      ready(() -> provisioner.ensureSuspended(first.ref()));
      assertThat(settled(() -> provisioner.ensureRunning(third)))
          .isInstanceOf(Outcome.Failed.class);
      ready(() -> provisioner.ensureAbsent(first.ref()));
      ready(() -> provisioner.ensureRunning(third));
      ready(() -> provisioner.ensureAbsent(second.ref()));
      ready(() -> provisioner.ensureAbsent(third.ref()));
    }
  }

  @Test
  void anEngineThatIsAwayIsUnreachableAndNothingElse() throws Exception {
    try (CutOff proxy = CutOff.before(swarm.host());
        SwarmProvisioner direct = open(Map.of());
        SwarmProvisioner provisioner =
            open(Map.of("dockerHost", "tcp://127.0.0.1:" + proxy.port()))) {
      ResourceSpec spec = pub("outage");
      ready(() -> provisioner.ensureRunning(spec));
      proxy.cut();
      for (Supplier<Outcome> call :
          List.<Supplier<Outcome>>of(
              () -> provisioner.ensureRunning(spec),
              () -> provisioner.ensureSuspended(spec.ref()),
              () -> provisioner.ensureAbsent(spec.ref()))) {
        assertThat(call.get())
            .isInstanceOfSatisfying(
                Outcome.Failed.class,
                failed -> assertThat(failed.cause()).isEqualTo(Outcome.Cause.UNREACHABLE));
      }
      assertThat(direct.observe(spec.ref()).state()).isEqualTo(ResourceState.RUNNING);
      proxy.restore();
      ready(() -> provisioner.ensureSuspended(spec.ref()));
      ready(() -> provisioner.ensureAbsent(spec.ref()));
    }
  }

  private static void ready(Supplier<Outcome> call) {
    assertThat(settled(call)).isInstanceOf(Outcome.Ready.class);
  }

  private static Outcome settled(Supplier<Outcome> call) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    Outcome outcome = call.get();
    while (!(outcome instanceof Outcome.Ready)
        && !(outcome instanceof Outcome.Failed failed && !failed.retryable())
        && System.nanoTime() < deadlineNanos) {
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      outcome = call.get();
    }
    return outcome;
  }

  private static void awaitStatus(String url, int status) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (status(url) != status && System.nanoTime() < deadlineNanos) {
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    assertThat(status(url)).as(url).isEqualTo(status);
  }

  /** 0 when nobody answers. */
  private static int status(String url) throws InterruptedException {
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    }
  }
}
