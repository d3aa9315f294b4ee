package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.server.swarm.RealSwarm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers are killed (SIGKILL) in the middle of things, and the next one finds its way. */
class KillTest {
  private static final long SEED = 20261121L;

  @TempDir Path folder;

  /** What the killed servers run things on. */
  private interface World {
    /** As the catalog names it. */
    String provisioner();

    /** What a node is told beside its database and folder. */
    List<String> arguments();

    int changesPerRound();

    /** Which things there are, each once, and whether it runs. */
    Map<String, Boolean> runningById() throws IOException;

    /** Asserts that there is no more than what these need: no data of others, no second copies. */
    void checkAllElse(Set<String> ids) throws IOException;
  }

  @Test
  void afterKillsThereIsExactlyOneResourceForEachSubscription() throws Exception {
    killAndConverge(4, new Sites());
  }

  @Test
  @Tag("long")
  void afterFiftyKillsThereIsExactlyOneResourceForEachSubscription() throws Exception {
    killAndConverge(50, new Sites());
  }

  @Test
  void afterKillsThereIsExactlyOneServiceOnARealSwarm() throws Exception {
    killAndConverge(3, new Services(RealSwarm.reach()));
  }

  @Test
  @Tag("long")
  void afterFiftyKillsThereIsExactlyOneServiceOnARealSwarm() throws Exception {
    killAndConverge(50, new Services(RealSwarm.reach()));
  }

  private void killAndConverge(int kills, World world) throws Exception {
    String database = TestDatabase.createDatabase();
    var dataSource = TestDatabase.server().dataSource(database);
    ProvisioningBench.migrate(dataSource);
    BillingEngine engine = BillingEngine.builder().dataSource(dataSource).build();
    engine
        .catalog()
        .apply(
            world instanceof Sites
                ? ProvisioningBench.CATALOG
                : ProvisioningBench.containers(world.provisioner()),
            "test");
    UUID customer =
        engine
            .customers()
            .register(NewCustomer.named("Ada", "ada@example.org", Currency.of("EUR")), "ada")
            .id();
    Random random = new Random(SEED);
    List<UUID> subscriptions = new ArrayList<>();
    int interrupted = 0;
    for (int kill = 0; kill < kills; kill++) {
      for (int i = 0; i < world.changesPerRound(); i++) {
        change(engine, customer, subscriptions, random, kill + "-" + i);
      }
      interrupted += startAndKill(database, world, random) ? 1 : 0;
    }
    Resources resources =
        new Resources(new Database(dataSource, "server"), new ResourceStore(BillingJson.mapper()));
    converge(database, world, () -> resources.of(customer).stream().allMatch(KillTest::isDone));

    System.out.printf("seed %d: %d of %d kills hit work%n", SEED, interrupted, kills);
    assertThat(resources.of(customer)).allMatch(KillTest::isDone);
    Map<String, Boolean> found = world.runningById();
    for (Subscription sub : engine.subscriptions().list(customer)) {
      String id = sub.id().toString();
      // What was suspended before it was ever seen running may not have been made at all.
      boolean optional =
          sub.status() != SubscriptionStatus.ACTIVE
              && resources.history(customer, sub.id(), 100).stream()
                  .noneMatch(change -> change.status() == ResourceStatus.RUNNING);
      if (sub.status() == SubscriptionStatus.ENDED) {
        assertThat(found).doesNotContainKey(id);
      } else if (!optional || found.containsKey(id)) {
        assertThat(found).containsEntry(id, sub.status() == SubscriptionStatus.ACTIVE);
      }
    }
    world.checkAllElse(found.keySet());
  }

  private static boolean isDone(Resource resource) {
    ResourceStatus wanted =
        switch (resource.desired()) {
          case RUNNING -> ResourceStatus.RUNNING;
          case SUSPENDED -> ResourceStatus.SUSPENDED;
          case ABSENT -> ResourceStatus.GONE;
        };
    return resource.settled() && resource.status() == wanted;
  }

  /** Files in the test's folder. */
  private final class Sites implements World {
    @Override
    public String provisioner() {
      return "site";
    }

    @Override
    public List<String> arguments() {
      return List.of();
    }

    @Override
    public int changesPerRound() {
      return 10;
    }

    @Override
    public Map<String, Boolean> runningById() throws IOException {
      Map<String, Boolean> found = new TreeMap<>();
      for (String id : filesOf("site/sites", ".properties")) {
        String site = Files.readString(folder.resolve("site/sites/" + id + ".properties"));
        assertThat(site).containsPattern("status=(RUNNING|SUSPENDED)");
        found.put(id, site.contains("status=RUNNING"));
      }
      return found;
    }

    @Override
    public void checkAllElse(Set<String> ids) throws IOException {
      assertThat(filesOf("site/content", "")).isEqualTo(ids);
      assertThat(filesOf("site/names", "")).hasSameSizeAs(ids);
    }
  }

  /** Services of a real engine. */
  private static final class Services implements World {
    private final RealSwarm swarm;
    private final String name = "kill-" + UUID.randomUUID().toString().substring(0, 8);

    Services(RealSwarm swarm) {
      this.swarm = swarm;
    }

    @Override
    public String provisioner() {
      return name;
    }

    @Override
    public List<String> arguments() {
      return List.of(name, swarm.host());
    }

    @Override
    public int changesPerRound() {
      return 4;
    }

    private String ours() {
      return "dev.innkeeper.instance=" + name;
    }

    @Override
    public Map<String, Boolean> runningById() throws IOException {
      Map<String, Boolean> found = new TreeMap<>();
      for (JsonNode service : swarm.labelled("services", ours())) {
        String id = service.at("/Spec/Labels").path("dev.innkeeper.resource").asText();
        boolean running = service.at("/Spec/Mode/Replicated/Replicas").asInt() == 1;
        assertThat(found.put(id, running)).as("a second service of %s", id).isNull();
      }
      assertThat(swarm.running(ours()))
          .isEqualTo((int) found.values().stream().filter(running -> running).count());
      return found;
    }

    @Override
    public void checkAllElse(Set<String> ids) throws IOException {
      for (JsonNode volume : swarm.labelled("volumes", ours()).path("Volumes")) {
        assertThat(ids)
            .as("what is gone leaves no data")
            .contains(volume.at("/Labels").path("dev.innkeeper.resource").asText());
      }
      swarm.removeServices(ours());
    }
  }

  /** New ones, suspensions, resumptions, ends. */
  private static void change(
      BillingEngine engine, UUID customer, List<UUID> subscriptions, Random random, String key) {
    int what = subscriptions.isEmpty() ? 0 : random.nextInt(4);
    if (what == 0) {
      subscriptions.add(
          engine
              .subscriptions()
              .start(
                  NewSubscription.of(customer, "site", Currency.of("EUR"))
                      .withMetadata(Map.of("name", "site-" + key)),
                  key)
              .id());
      return;
    }
    UUID id = subscriptions.get(random.nextInt(subscriptions.size()));
    switch (what) {
      case 1 -> engine.subscriptions().suspend(customer, id, "unpaid");
      case 2 -> engine.subscriptions().unsuspend(customer, id);
      default -> {
        engine.subscriptions().cancel(customer, id, CancelAt.NOW);
        subscriptions.remove(id);
      }
    }
  }

  /**
   * @return whether it was killed before it had nothing left to do
   */
  private boolean startAndKill(String database, World world, Random random) throws Exception {
    Process node = node(database, world);
    try (BufferedReader out = reader(node)) {
      assertThat(firstOf(out, "ready")).isTrue();
      node.waitFor(5 + random.nextInt(250), TimeUnit.MILLISECONDS);
      kill(node);
      return out.lines().noneMatch("idle"::equals);
    }
  }

  private void converge(String database, World world, BooleanSupplier isDone) throws Exception {
    Process node = node(database, world);
    try (BufferedReader out = reader(node)) {
      assertThat(firstOf(out, "idle")).isTrue();
      // It says that it is idle whenever nothing is due at that moment.
      long deadlineNanos = System.nanoTime() + Duration.ofMinutes(5).toNanos();
      while (!isDone.getAsBoolean() && System.nanoTime() < deadlineNanos) {
        assertThat(out.readLine()).isNotNull();
      }
    } finally {
      kill(node);
    }
  }

  /** By its handle, which leaves its output open to be read to the end. */
  private static void kill(Process node) throws InterruptedException {
    node.toHandle().destroyForcibly();
    node.waitFor();
  }

  private static boolean firstOf(BufferedReader out, String word) throws IOException {
    long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    String line = out.readLine();
    while (line != null && !line.equals(word) && System.nanoTime() < deadlineNanos) {
      line = out.readLine();
    }
    return word.equals(line);
  }

  private Process node(String database, World world) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                KilledNode.class.getName(),
                TestDatabase.server().jdbcUrl(database),
                folder.toString()));
    command.addAll(world.arguments());
    return new ProcessBuilder(command).redirectError(folder.resolve("node.log").toFile()).start();
  }

  private static BufferedReader reader(Process node) {
    return new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
  }

  private Set<String> filesOf(String path, String suffix) throws IOException {
    try (var files = Files.list(folder.resolve(path))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .map(name -> name.substring(0, name.length() - suffix.length()))
          .collect(Collectors.toSet());
    }
  }
}
