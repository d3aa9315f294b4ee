package dev.innkeeper.server.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.demo.Stage;
import dev.innkeeper.server.demo.Story;
import dev.innkeeper.server.demo.StoryBroken;
import dev.innkeeper.server.provisioning.ResourceStatus;
import dev.innkeeper.server.runtime.Services;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The demo's two months, with a container for each site, on a real swarm. */
class SwarmStoryTest {
  @Test
  void theStoryRunsOnARealSwarm() throws Exception {
    RealSwarm swarm = RealSwarm.reach();
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    try (TestServer server =
        TestServer.start(
            TestServer.settings()
                .option(
                    ConfigKey.PLUGINS_MODULES, Path.of("..", "provisioner-docker-swarm"), "test")
                .provisioner(
                    "docker-swarm",
                    Map.of(
                        "dockerHost", swarm.host(),
                        "publicHost", "127.0.0.1",
                        "stopGraceSeconds", "1"))
                .option(ConfigKey.TRIAL_CLOCK_START, Story.BEGIN, "test"))) {
      try {
        new Story(
                server.admin(),
                new PrintStream(told, true, StandardCharsets.UTF_8),
                Stage.dockerSwarm(RealSwarm.IMAGE))
            .play();
      } catch (StoryBroken e) {
        System.out.println("the swarm's tasks: " + swarm.get("/tasks"));
        throw e;
      }
      assertThat(told.toString(StandardCharsets.UTF_8))
          .contains("Ben's site is suspended", "does not answer", "Ben pays");
      Services services = server.server().services();
      assertThat(services.provisioning().reconciler().plan().differences()).isEmpty();
      endAll(services);
    }
    assertThat(swarm.labelled("services", "dev.innkeeper.instance=docker-swarm")).isEmpty();
    assertThat(swarm.labelled("volumes", "dev.innkeeper.instance=docker-swarm").path("Volumes"))
        .isEmpty();
  }

  private static void endAll(Services services) {
    for (Customer customer : services.engine().customers().list("", null, 100)) {
      for (Subscription sub : services.engine().subscriptions().list(customer.id())) {
        if (sub.status() != SubscriptionStatus.ENDED) {
          services.engine().subscriptions().cancel(customer.id(), sub.id(), CancelAt.NOW);
        }
      }
    }
    services.doDueWork().run();
    long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (gone(services) < 4 && System.nanoTime() < deadlineNanos) {
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    assertThat(gone(services)).isEqualTo(4);
  }

  private static long gone(Services services) {
    return services.provisioning().resources().counts().getOrDefault(ResourceStatus.GONE, 0L);
  }
}
