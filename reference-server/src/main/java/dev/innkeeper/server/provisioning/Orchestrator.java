package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.Product;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.provisioner.DnsLabel;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.SpecProblem;
import dev.innkeeper.server.plugins.Provisioners;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the world match what customers are entitled to.
 *
 * <p>What is desired is derived from subscriptions, on their events and on a schedule, and kept in
 * the database. Workers claim resources that are not as they should be, one worker a resource,
 * whichever node it is on, and call the provisioner outside any transaction. A worker that dies
 * leaves a claim that runs out, and a call that may be repeated. Thread-safe.
 */
public final class Orchestrator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Orchestrator.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final String SUBSCRIPTIONS = ":subscriptions";
  private static final String METERING = ":metering";
  private static final int METERING_ROUNDS_MAX = 50;

  private final BillingEngine engine;
  private final Database server;
  private final ResourceStore store;
  private final Provisioners provisioners;
  private final Options options;
  private final Verdict.Policy policy;
  private final Supplier<Times> clock;
  private final Entitlements entitlements;
  private final Reconciler reconciler;
  private final Resources resources;
  private final CommandRelay relay;
  private final LiveStats liveStats;
  private final Metering metering;
  private final ExecutorService workers;
  private final ScheduledExecutorService schedule;
  private final AtomicBoolean started = new AtomicBoolean();

  /**
   * How it works.
   *
   * @param node this server's name, the same at every start and another on every node
   * @param threads how many provisioner calls are made at once
   * @param claim how long a worker may take; another goes on after that
   * @param sweep how often each world is compared with what should be
   * @param pause how often due work is looked for, beside what events start at once
   * @param attemptsMax how often in a row something may fail before it waits for somebody's word
   */
  public record Options(
      String node, int threads, Duration claim, Duration sweep, Duration pause, int attemptsMax) {
    /** For a server that runs alone. */
    public static Options standard() {
      return new Options(
          "node-1", 8, Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(1), 10);
    }

    public Options withNode(String name) {
      return new Options(name, threads, claim, sweep, pause, attemptsMax);
    }

    public Options withSweep(Duration interval) {
      return new Options(node, threads, claim, interval, pause, attemptsMax);
    }
  }

  /**
   * What it stands on.
   *
   * @param server transactions on the server's own schema, migrated
   * @param hook the one that the engine was built with
   * @param realClock never a trial's clock: machines take real seconds
   */
  public record Parts(
      BillingEngine engine,
      Database server,
      Provisioners provisioners,
      ProvisioningHook hook,
      Clock realClock,
      RandomGenerator random) {}

  private Orchestrator(Parts parts, Options options) {
    this.engine = parts.engine();
    this.server = parts.server();
    this.provisioners = parts.provisioners();
    this.options = options;
    this.policy =
        new Verdict.Policy(
            new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5), parts.random()),
            options.attemptsMax(),
            Duration.ofHours(1),
            Duration.ofMinutes(1));
    this.clock = () -> new Times(parts.realClock().instant(), engine.now());
    this.store = new ResourceStore(BillingJson.mapper());
    this.entitlements = new Entitlements(engine, server, store, clock);
    this.reconciler = new Reconciler(server, store, provisioners, clock);
    this.resources = new Resources(server, store);
    this.relay = new CommandRelay(server, provisioners, resources, clock);
    this.liveStats = new LiveStats(provisioners);
    this.metering =
        new Metering(
            new Metering.Parts(
                engine, server, provisioners, store, new MeteredStore(BillingJson.mapper()), clock),
            Metering.Policy.standard());
    this.workers = Executors.newFixedThreadPool(options.threads(), daemon("provisioning"));
    this.schedule = Executors.newSingleThreadScheduledExecutor(daemon("provisioning-schedule"));
  }

  private static java.util.concurrent.ThreadFactory daemon(String name) {
    return runnable -> {
      Thread thread = new Thread(runnable, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Makes one, gives back what an earlier process of this node held, and joins it to the engine.
   */
  public static Orchestrator create(Parts parts, Options options) {
    Orchestrator orchestrator = new Orchestrator(parts, options);
    int released =
        parts.server().tx(handle -> orchestrator.store.releaseClaimsOf(handle, options.node()));
    if (released > 0) {
      LOG.info("{} resources were left half-done and are taken up again", released);
    }
    parts.hook().attach(orchestrator);
    return orchestrator;
  }

  /** What there is, for pages and routes. */
  public Resources resources() {
    return resources;
  }

  /** What resources used and cost. */
  public Metering metering() {
    return metering;
  }

  /** Compares worlds with what should be, without changing anything. */
  public Reconciler reconciler() {
    return reconciler;
  }

  /** Has commands run inside resources. */
  public CommandRelay relay() {
    return relay;
  }

  /** What resources use at the moment. */
  public LiveStats liveStats() {
    return liveStats;
  }

  /**
   * What applying a plan did.
   *
   * @param worked how many resources were worked on
   * @param left what differs afterwards
   */
  public record Applied(int worked, Reconciler.Plan left) {}

  /**
   * Does at once what {@link Reconciler#plan} says, what was given up on too, and waits for it.
   * Reports are written down, and nothing is done about them.
   *
   * @param patience how long slow provisioners are waited for
   */
  public Applied apply(Duration patience) {
    Times now = clock.get();
    for (String provisioner : provisioners.names()) {
      try {
        reconciler.sweep(provisioner);
      } catch (RuntimeException e) {
        LOG.warn("can't look at the world of {}: {}", provisioner, e.toString());
      }
    }
    List<Difference> todo =
        reconciler.plan().differences().stream()
            .filter(difference -> !difference.action().onlyReports())
            .toList();
    for (Difference difference : todo) {
      UUID customer = difference.customerId().orElseThrow();
      boolean woken =
          server.tx(handle -> store.wake(handle, customer, difference.id(), now.real()));
      LOG.info("{}{}", difference, woken ? "" : ", and is gone by now");
    }
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    while (tick(clock.get().real()) > 0
        || (anyUnsettled(todo) && System.nanoTime() < deadlineNanos)) {
      LockSupport.parkNanos(POLL.toNanos());
    }
    return new Applied(todo.size(), reconciler.plan());
  }

  private boolean anyUnsettled(List<Difference> todo) {
    return todo.stream()
        .anyMatch(
            difference ->
                resources
                    .find(difference.customerId().orElseThrow(), difference.id())
                    .filter(resource -> !resource.settled())
                    .isPresent());
  }

  /** Begins to work on threads of its own, until {@link #close}. */
  public void start() {
    if (started.compareAndSet(false, true)) {
      var unused =
          schedule.scheduleWithFixedDelay(
              this::drainSafely, 0, options.pause().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /**
   * What would be wrong with a new subscription, before it is sold: its name, its product's
   * template, and whatever its provisioner finds.
   *
   * @param chosen all options with their values
   * @param name the owner's word for it, as it will stand in the metadata's {@code name}
   * @return empty when it can be run
   * @throws NotFound when there is no such product
   */
  public List<SpecProblem> check(String productCode, Map<String, String> chosen, String name) {
    Product product = engine.catalog().product(productCode);
    String kind = product.provisioner();
    if (kind == null) {
      return List.of();
    }
    if (!DnsLabel.isOne(name)) {
      return List.of(
          new SpecProblem("name", "must be 1 to 63 lower-case letters, digits and inner hyphens"));
    }
    if (resources.nameTaken(kind, name)) {
      return List.of(new SpecProblem("name", "'" + name + "' is taken; choose another"));
    }
    Optional<Provisioner> provisioner = provisioners.find(kind);
    if (provisioner.isEmpty()) {
      return List.of(new SpecProblem("product", notLoaded(kind)));
    }
    try {
      Map<String, String> workload =
          new WorkloadTemplate(product.template())
              .fill(new WorkloadTemplate.Choice(name, chosen, 1, Map.of()));
      ResourceRef ref = new ResourceRef(new ResourceId(new UUID(0, 0)), name);
      return provisioner.get().validate(new ResourceSpec(ref, "", Workloads.read(workload)));
    } catch (IllegalArgumentException e) {
      return List.of(new SpecProblem("product", String.valueOf(e.getMessage())));
    }
  }

  /** Brings what is desired of one resource up to its subscription, and works on it soon. */
  public void refresh(UUID customerId, UUID subscriptionId) {
    if (entitlements.refresh(customerId, subscriptionId) && started.get()) {
      schedule.execute(this::drainSafely);
    }
  }

  /**
   * Tries again at once what was given up on or waits.
   *
   * @throws NotFound when the customer has no such resource, or it is gone
   */
  public void retry(UUID customerId, UUID id) {
    Times now = clock.get();
    if (!server.tx(handle -> store.wake(handle, customerId, id, now.real()))) {
      throw new NotFound("resource", id.toString());
    }
    if (started.get()) {
      schedule.execute(this::drainSafely);
    }
  }

  /**
   * Removes from the world what {@link Resources#orphans} reported, when somebody says so.
   *
   * @throws NotFound when it is not among the orphans
   */
  public Outcome removeOrphan(String provisioner, UUID id) {
    Resource.Orphan orphan =
        resources.orphans().stream()
            .filter(o -> o.provisioner().equals(provisioner) && o.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new NotFound("orphan", provisioner + "/" + id));
    boolean wantedSince =
        server.tx(
            handle ->
                handle
                    .createQuery(
                        "select exists (select 1 from @.resource where id = :id"
                            + " and desired <> 'ABSENT')")
                    .bind("id", id)
                    .mapTo(Boolean.class)
                    .one());
    if (wantedSince) {
      throw new NotFound("orphan", provisioner + "/" + id);
    }
    Outcome outcome =
        provisioners
            .find(provisioner)
            .map(
                p ->
                    Attempt.within(
                        p,
                        () -> p.ensureAbsent(new ResourceRef(new ResourceId(id), orphan.name()))))
            .orElse(Outcome.unreachable(notLoaded(provisioner)));
    if (outcome instanceof Outcome.Ready) {
      server.run(
          handle ->
              handle
                  .createUpdate(
                      "delete from @.orphan where provisioner = :provisioner"
                          + " and resource_id = :id")
                  .bind("provisioner", provisioner)
                  .bind("id", id)
                  .execute());
    }
    return outcome;
  }

  /**
   * {@link #removeOrphan(String, UUID)} until it is done or has failed.
   *
   * @param patience after which the last outcome is returned, done or not
   */
  public Outcome removeOrphan(String provisioner, UUID id, Duration patience) {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    Outcome outcome = removeOrphan(provisioner, id);
    while (outcome instanceof Outcome.InProgress && System.nanoTime() < deadlineNanos) {
      LockSupport.parkNanos(POLL.toNanos());
      outcome = removeOrphan(provisioner, id);
    }
    return outcome;
  }

  private void drainSafely() {
    try {
      while (tick(clock.get().real()) > 0 && !schedule.isShutdown()) {
        // Until nothing is due.
      }
      comeBackWhenDue();
    } catch (RuntimeException e) {
      LOG.error("provisioning failed, and is tried again", e);
    }
  }

  /** What is due before the next look would come is not kept waiting for that. */
  private void comeBackWhenDue() {
    Instant now = clock.get().real();
    Instant nextLook = now.plus(options.pause());
    Optional<Instant> due = server.tx(handle -> store.nextDue(handle));
    if (due.isPresent() && due.get().isBefore(nextLook) && !schedule.isShutdown()) {
      long delayMillis = Math.max(1, Duration.between(now, due.get()).toMillis());
      var unused = schedule.schedule(this::drainSafely, delayMillis, TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Does one bounded batch of what is due, and sweeps that are due, and waits for it.
   *
   * @param now real time
   * @return how many resources were worked on; 0 when nothing is due
   */
  public int tick(Instant now) {
    sweepDue(now);
    meterDue(now);
    List<ResourceStore.Stored> claimed =
        server.tx(
            handle ->
                store.claim(
                    handle, options.node(), now, now.plus(options.claim()), options.threads() * 2));
    List<Future<?>> running = new ArrayList<>();
    for (ResourceStore.Stored row : claimed) {
      running.add(workers.submit(() -> work(row)));
    }
    running.forEach(this::await);
    return claimed.size();
  }

  private void await(Future<?> work) {
    try {
      work.get(options.claim().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while waiting for provisioners", e);
    } catch (java.util.concurrent.TimeoutException e) {
      LOG.error(
          "a provisioner did not answer in {}; its resource is taken up again", options.claim());
    } catch (java.util.concurrent.ExecutionException e) {
      // Its claim runs out, and it is taken up again.
      LOG.error("an attempt could not be finished", e.getCause());
    }
  }

  /** One attempt: call the provisioner, outside any transaction, and write down how it went. */
  private void work(ResourceStore.Stored row) {
    server.requireNoTransaction();
    Attempt attempt = new Attempt(provisioners.find(row.resource().provisioner()), row);
    if (row.made() && row.resource().desired() != DesiredState.RUNNING) {
      meterTheRest(row);
    }
    Outcome outcome = attempt.make();
    Map<String, String> facts = attempt.facts(outcome);
    Times now = clock.get();
    Verdict verdict = Verdict.of(row, outcome, facts, now.real(), policy);
    boolean ours = server.tx(handle -> store.finish(handle, row, verdict, now));
    if (!ours) {
      LOG.warn("{} took longer than {} and was taken over", row.resource().id(), options.claim());
    }
  }

  /** What is stopped or removed shows no more what it used. It is stopped all the same. */
  private void meterTheRest(ResourceStore.Stored row) {
    try {
      metering.closeOff(row);
    } catch (RuntimeException e) {
      LOG.warn("can't meter {} before it stops", row.resource().id(), e);
    }
  }

  private void meterDue(Instant now) {
    int rounds = 0;
    while (rounds < METERING_ROUNDS_MAX
        && (rounds > 0 || takeSweep(METERING, now))
        && metering.round() > 0) {
      rounds++;
    }
  }

  static String notLoaded(String provisioner) {
    return "the provisioner '" + provisioner + "' is not loaded on this server";
  }

  private void sweepDue(Instant now) {
    if (takeSweep(SUBSCRIPTIONS, now)) {
      int changed = entitlements.refreshAll();
      if (changed > 0) {
        LOG.warn("{} subscriptions had changed without an event being delivered", changed);
      }
    }
    for (String provisioner : provisioners.names()) {
      if (takeSweep(provisioner, now)) {
        try {
          reconciler.sweep(provisioner);
        } catch (RuntimeException e) {
          LOG.warn("can't look at the world of {}: {}", provisioner, e.toString());
        }
      }
    }
  }

  /** Whether it is this node's turn. The first look at a world comes with the first tick. */
  private boolean takeSweep(String name, Instant now) {
    return server.tx(
        handle ->
            handle
                    .createUpdate(
                        "insert into @.sweep as s (provisioner, next_at) values (:name, :next)"
                            + " on conflict (provisioner) do update set next_at = :next"
                            + " where s.next_at <= :now")
                    .bind("name", name)
                    .bind("now", ResourceStore.at(now))
                    .bind("next", ResourceStore.at(now.plus(options.sweep())))
                    .execute()
                == 1);
  }

  /** Has every world looked at with the next tick, whenever its turn would have been. */
  public void sweepSoon() {
    server.run(
        handle ->
            handle
                .createUpdate("update @.sweep set next_at = :now")
                .bind("now", ResourceStore.at(clock.get().real()))
                .execute());
  }

  /** Ends the threads. What they were at is taken up again at the next start. */
  @Override
  public void close() {
    schedule.shutdown();
    try {
      // A look that has begun hands work to the workers, and needs the database until its end.
      if (!schedule.awaitTermination(10, TimeUnit.SECONDS)) {
        schedule.shutdownNow();
      }
      workers.shutdown();
      if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException e) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
