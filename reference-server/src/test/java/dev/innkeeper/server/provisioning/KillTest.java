package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers are killed (SIGKILL) in the middle of things, and the next one finds its way. */
class KillTest {
  private static final long SEED = 20261121L;

  @TempDir Path folder;

  @Test
  void afterKillsThereIsExactlyOneResourceForEachSubscription() throws Exception {
    killAndConverge(4);
  }

  @Test
  @Tag("long")
  void afterFiftyKillsThereIsExactlyOneResourceForEachSubscription() throws Exception {
    killAndConverge(50);
  }

  private void killAndConverge(int kills) throws Exception {
    String database = TestDatabase.createDatabase();
    var dataSource = TestDatabase.server().dataSource(database);
    ProvisioningBench.migrate(dataSource);
    BillingEngine engine = BillingEngine.builder().dataSource(dataSource).build();
    engine.catalog().apply(ProvisioningBench.CATALOG, "test");
    UUID customer =
        engine
            .customers()
            .register(NewCustomer.named("Ada", "ada@example.org", Currency.of("EUR")), "ada")
            .id();
    Random random = new Random(SEED);
    List<UUID> subscriptions = new ArrayList<>();
    int interrupted = 0;
    for (int kill = 0; kill < kills; kill++) {
      change(engine, customer, subscriptions, random, kill);
      interrupted += startAndKill(database, random) ? 1 : 0;
    }
    converge(database);

    System.out.printf("seed %d: %d of %d kills hit work%n", SEED, interrupted, kills);
    Set<String> wanted =
        engine.subscriptions().list(customer).stream()
            .filter(sub -> sub.status() != SubscriptionStatus.ENDED)
            .map(sub -> sub.id().toString())
            .collect(Collectors.toSet());
    assertThat(filesOf("site/sites", ".properties")).isEqualTo(wanted);
    assertThat(filesOf("site/content", "")).isEqualTo(wanted);
    assertThat(filesOf("site/names", "")).hasSameSizeAs(wanted);
    for (Subscription sub : engine.subscriptions().list(customer)) {
      if (sub.status() != SubscriptionStatus.ENDED) {
        String status = sub.status() == SubscriptionStatus.ACTIVE ? "RUNNING" : "SUSPENDED";
        assertThat(folder.resolve("site/sites/" + sub.id() + ".properties"))
            .content()
            .contains("status=" + status);
      }
    }
    Resources resources =
        new Resources(new Database(dataSource, "server"), new ResourceStore(BillingJson.mapper()));
    assertThat(resources.of(customer)).allMatch(Resource::settled);
  }

  /** Ten changes a round: new ones, suspensions, resumptions, ends, names used again. */
  private static void change(
      BillingEngine engine, UUID customer, List<UUID> subscriptions, Random random, int round) {
    for (int i = 0; i < 10; i++) {
      int what = subscriptions.isEmpty() ? 0 : random.nextInt(4);
      if (what == 0) {
        subscriptions.add(
            engine
                .subscriptions()
                .start(
                    NewSubscription.of(customer, "site", Currency.of("EUR"))
                        .withMetadata(Map.of("name", "site-" + round + "-" + i)),
                    round + "-" + i)
                .id());
        continue;
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
  }

  /**
   * @return whether it was killed before it had nothing left to do
   */
  private boolean startAndKill(String database, Random random) throws Exception {
    Process node = node(database);
    try (BufferedReader out = reader(node)) {
      assertThat(firstOf(out, "ready")).isTrue();
      node.waitFor(5 + random.nextInt(250), TimeUnit.MILLISECONDS);
      kill(node);
      return out.lines().noneMatch("idle"::equals);
    }
  }

  private void converge(String database) throws Exception {
    Process node = node(database);
    try (BufferedReader out = reader(node)) {
      assertThat(firstOf(out, "idle")).isTrue();
      // Once more after its failures have waited: an idle node may have put something off.
      for (int i = 0; i < 100; i++) {
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

  private Process node(String database) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            KilledNode.class.getName(),
            TestDatabase.server().jdbcUrl(database),
            folder.toString())
        .redirectError(folder.resolve("node.log").toFile())
        .start();
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
