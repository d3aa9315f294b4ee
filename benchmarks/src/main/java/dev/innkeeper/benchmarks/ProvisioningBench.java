package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.benchmarks.Bench.Driver;
import dev.innkeeper.benchmarks.Bench.Pace;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.SpecProblem;
import dev.innkeeper.server.plugins.Provisioners;
import dev.innkeeper.server.provisioning.Orchestrator;
import dev.innkeeper.server.provisioning.ProvisioningHook;
import dev.innkeeper.server.provisioning.ResourceStatus;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;

/** What it costs to look at everything that runs, when all of it is as it should be. */
final class ProvisioningBench implements Driver {
  private static final String CATALOG =
      """
      products:
        - code: site
          name: Web site
          billing: in-arrears
          provisioner: memory
          template: {workload: static-site, quotaMegabytes: "1"}
          prices:
            - currency: EUR
              effective: 2026-01-01T00:00:00Z
              components:
                - {code: hosting, name: Hosting, per: hour, price: 0.01}
      """;
  private static final int PER_CUSTOMER = 10;
  private static final int CLIENTS = 10;

  @Override
  public void run(Pace pace, PrintStream out) throws Exception {
    int resources = pace == Pace.QUICK ? 2_000 : 10_000;
    int rounds = pace == Pace.QUICK ? 3 : 7;
    try (BenchDatabase database = BenchDatabase.start();
        HikariDataSource pool = database.createDatabase("provisioning", 12)) {
      migrateServer(pool);
      ProvisioningHook hook = new ProvisioningHook();
      Memory world = new Memory();
      try (BillingEngine engine =
              BillingEngine.builder()
                  .dataSource(pool)
                  .schema(BenchDatabase.SCHEMA)
                  .hook(hook.eventHook())
                  .build();
          Provisioners provisioners = Provisioners.of(Map.of("memory", world));
          Orchestrator orchestrator =
              Orchestrator.create(
                  new Orchestrator.Parts(
                      engine,
                      new Database(pool, "server"),
                      provisioners,
                      hook,
                      Clock.systemUTC(),
                      new Random(1)),
                  Orchestrator.Options.standard())) {
        engine.catalog().apply(CATALOG, "bench");
        subscribe(engine, resources);
        CpuClock cpu = database.cpuClock();
        CpuClock.Used begun = cpu.read();
        long startNanos = System.nanoTime();
        settle(orchestrator, resources);
        String creation = row("create", resources, cpu.read().minus(begun), nanosSince(startNanos));
        out.println("| what | resources | CPU Java s | CPU PostgreSQL s | CPU both s | took s |");
        out.println("|---|---:|---:|---:|---:|---:|");
        out.println(creation);
        out.println(look(orchestrator, cpu, new Looks(resources, rounds)));
        out.println(plan(orchestrator, cpu, new Looks(resources, rounds)));
      }
    }
  }

  /** How many resources are looked at, and how often. */
  private record Looks(int resources, int rounds) {}

  private static void migrateServer(HikariDataSource pool) {
    Flyway.configure()
        .dataSource(pool)
        .schemas("server")
        .defaultSchema("server")
        .table("schema_history")
        .locations("classpath:dev/innkeeper/server/migration")
        .load()
        .migrate();
  }

  /** By several clients at once, so that they share the waits for the disk. */
  private static void subscribe(BillingEngine engine, int resources) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<?>> customers = new ArrayList<>();
      for (int first = 0; first < resources; first += PER_CUSTOMER) {
        int from = first;
        int to = Math.min(resources, first + PER_CUSTOMER);
        customers.add(clients.submit(() -> subscribe(engine, from, to)));
      }
      for (Future<?> customer : customers) {
        customer.get();
      }
    } finally {
      clients.shutdownNow();
    }
  }

  private static void subscribe(BillingEngine engine, int from, int to) {
    String name = "customer-" + from;
    UUID customer =
        engine
            .customers()
            .register(NewCustomer.named(name, name + "@example.org", Currency.EUR), name)
            .id();
    for (int i = from; i < to; i++) {
      engine
          .subscriptions()
          .start(
              NewSubscription.of(customer, "site", Currency.EUR)
                  .withMetadata(Map.of("name", "site-" + i)),
              "start-" + i);
    }
  }

  private static void settle(Orchestrator orchestrator, int resources) {
    // The first look finds what was subscribed to; it is due from then on.
    orchestrator.tick(Clock.systemUTC().instant());
    while (orchestrator.tick(Clock.systemUTC().instant()) > 0) {
      // Until nothing is due.
    }
    long running = orchestrator.resources().counts().getOrDefault(ResourceStatus.RUNNING, 0L);
    if (running != resources) {
      throw new IllegalStateException(running + " of " + resources + " run");
    }
  }

  /** All subscriptions and the whole world, against the rows; nothing is to be done. */
  private static String look(Orchestrator orchestrator, CpuClock cpu, Looks looks) {
    return median(
        "look at all, nothing to do",
        cpu,
        looks,
        () -> {
          orchestrator.sweepSoon();
          if (orchestrator.tick(Clock.systemUTC().instant()) != 0) {
            throw new IllegalStateException("there was something to do");
          }
        });
  }

  private static String plan(Orchestrator orchestrator, CpuClock cpu, Looks looks) {
    return median(
        "plan",
        cpu,
        looks,
        () -> {
          if (!orchestrator.reconciler().plan().differences().isEmpty()) {
            throw new IllegalStateException("something differs");
          }
        });
  }

  /** By the processor time of both, after one look that is not counted. */
  private static String median(String what, CpuClock cpu, Looks looks, Runnable work) {
    work.run();
    record Taken(CpuClock.Used used, long nanos) {
      long cpuNanos() {
        return used.javaNanos() + used.postgresNanos();
      }
    }

    List<Taken> all = new ArrayList<>();
    for (int round = 0; round < looks.rounds(); round++) {
      CpuClock.Used begun = cpu.read();
      long startNanos = System.nanoTime();
      work.run();
      all.add(new Taken(cpu.read().minus(begun), nanosSince(startNanos)));
    }
    all.sort((a, b) -> Long.compare(a.cpuNanos(), b.cpuNanos()));
    Taken middle = all.get(all.size() / 2);
    return row(what, looks.resources(), middle.used(), middle.nanos());
  }

  private static long nanosSince(long startNanos) {
    return System.nanoTime() - startNanos;
  }

  private static String row(String what, int resources, CpuClock.Used used, long nanos) {
    return String.format(
        java.util.Locale.ROOT,
        "| %s | %d | %.2f | %.2f | %.2f | %.2f |",
        what,
        resources,
        used.javaNanos() / 1e9,
        used.postgresNanos() / 1e9,
        (used.javaNanos() + used.postgresNanos()) / 1e9,
        nanos / 1e9);
  }

  /** A world that costs nothing, so that what is measured is ours. */
  private static final class Memory implements Provisioner {
    private final Map<ResourceId, ObservedResource> things = new ConcurrentHashMap<>();

    @Override
    public List<SpecProblem> validate(ResourceSpec spec) {
      return List.of();
    }

    @Override
    public Outcome ensureRunning(ResourceSpec spec) {
      put(spec.ref(), Observation.of(ResourceState.RUNNING).withSpecDigest(spec.digest()));
      return Outcome.ready();
    }

    @Override
    public Outcome ensureSuspended(ResourceRef ref) {
      put(ref, Observation.of(ResourceState.SUSPENDED));
      return Outcome.ready();
    }

    @Override
    public Outcome ensureAbsent(ResourceRef ref) {
      things.remove(ref.id());
      return Outcome.ready();
    }

    @Override
    public Observation observe(ResourceRef ref) {
      ObservedResource found = things.get(ref.id());
      return found == null ? Observation.absent() : found.observation();
    }

    @Override
    public void inventory(Consumer<ObservedResource> each) {
      things.values().forEach(each);
    }

    private void put(ResourceRef ref, Observation observation) {
      things.put(ref.id(), new ObservedResource(ref, observation));
    }
  }
}
