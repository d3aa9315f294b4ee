package dev.innkeeper.server.provisioning;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.server.plugins.Plugins;
import dev.innkeeper.server.plugins.Provisioners;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A server's provisioning in a process of its own, which a test kills whenever it likes. */
public final class KilledNode {
  private KilledNode() {}

  /**
   * JDBC URL, and the folder of the sites; or, for a swarm, that of nothing much, the provisioner's
   * name and the engine's address. Works until it is killed.
   */
  public static void main(String[] arguments) throws InterruptedException {
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(arguments[0]);
    HikariDataSource dataSource = new HikariDataSource(pool);
    ProvisioningHook hook = new ProvisioningHook();
    BillingEngine engine =
        BillingEngine.builder().dataSource(dataSource).hook(hook.eventHook()).build();
    boolean sites = arguments.length == 2;
    String module = sites ? "../provisioner-site" : "../provisioner-docker-swarm";
    Map<String, Map<String, String>> settings =
        sites
            ? Map.of("site", Map.of("port", "0"))
            : Map.of(
                arguments[2],
                Map.of(
                    "kind", "docker-swarm", "dockerHost", arguments[3], "stopGraceSeconds", "1"));
    Provisioners provisioners =
        Provisioners.open(
            Plugins.load(Path.of("none"), List.of(Path.of(module))),
            settings,
            Path.of(arguments[1]),
            Clock.systemUTC());
    Orchestrator orchestrator =
        Orchestrator.create(
            new Orchestrator.Parts(
                engine,
                new Database(dataSource, "server"),
                provisioners,
                hook,
                Clock.systemUTC(),
                new Random()),
            Orchestrator.Options.standard());
    System.out.println("ready");
    while (!Thread.currentThread().isInterrupted()) {
      int done =
          engine.runDue(Duration.ofSeconds(1)).done().values().stream().mapToInt(i -> i).sum();
      done += orchestrator.tick(Clock.systemUTC().instant());
      if (done == 0) {
        System.out.println("idle");
        Thread.sleep(20);
      }
    }
  }
}
