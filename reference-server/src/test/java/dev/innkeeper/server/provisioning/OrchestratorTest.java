package dev.innkeeper.server.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrchestratorTest {
  private ProvisioningBench bench;
  private ScriptedProvisioner site;
  private Orchestrator orchestrator;

  @BeforeEach
  void open() {
    bench = new ProvisioningBench();
    site = new ScriptedProvisioner();
    orchestrator = bench.orchestrator("a", site);
  }

  @AfterEach
  void close() {
    orchestrator.close();
    bench.close();
  }

  @Test
  void aSubscriptionsLifeIsTheResourcesLife() {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
    assertThat(resource(sub).facts()).containsEntry("url", "http://my-site/");

    bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.SUSPENDED);

    bench.engineClock.advance(Duration.ofHours(30));
    bench.engine.subscriptions().unsuspend(bench.customerId, sub.id());
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);

    bench.engineClock.advance(Duration.ofHours(1));
    bench.engine.subscriptions().cancel(bench.customerId, sub.id(), CancelAt.NOW);
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.GONE);
    assertThat(site.things).isEmpty();
    assertThat(site.calls)
        .containsExactly("run my-site", "suspend my-site", "run my-site", "remove my-site");
    assertThat(
            orchestrator.resources().suspendedTime(bench.customerId, sub.id(), bench.engine.now()))
        .isEqualTo(Duration.ofHours(30));
    assertThat(orchestrator.resources().history(bench.customerId, sub.id(), 10))
        .extracting(Resource.Change::status)
        .containsExactly(
            ResourceStatus.GONE,
            ResourceStatus.RUNNING,
            ResourceStatus.SUSPENDED,
            ResourceStatus.RUNNING,
            ResourceStatus.REQUESTED);
  }

  @Test
  void whatItsOwnerPausesIsNotChargedAndDoesNotRun() {
    Subscription sub = bench.start("my-site", "1");
    bench.engine.subscriptions().pause(bench.customerId, sub.id());
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.SUSPENDED);
    bench.engine.subscriptions().resume(bench.customerId, sub.id());
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
  }

  @Test
  void aProductWithoutProvisionerHasNoResource() {
    Subscription sub =
        bench
            .engine
            .subscriptions()
            .start(NewSubscription.of(bench.customerId, "support", Currency.of("EUR")), "1");
    bench.settle(orchestrator);
    assertThat(orchestrator.resources().find(bench.customerId, sub.id())).isEmpty();
  }

  @Test
  void aChangeOfPlanChangesWhatRuns() {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    String small = site.things.get(new ResourceId(sub.id())).observation().specDigest().get();
    bench
        .engine
        .subscriptions()
        .changePlan(bench.customerId, sub.id(), "site", Map.of("size", "large"));
    bench.settle(orchestrator);
    assertThat(site.things.get(new ResourceId(sub.id())).observation().specDigest())
        .isNotEqualTo(Optional.of(small));
    assertThat(site.calls).containsExactly("run my-site", "run my-site");
  }

  @Test
  void anEditedTemplateChangesNothingThatRuns() {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    bench.engine.catalog().apply(ProvisioningBench.CATALOG.replace("\"1\"", "\"7\""), "test");
    bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
    bench.settle(orchestrator);
    bench.engine.subscriptions().unsuspend(bench.customerId, sub.id());
    orchestrator.sweepSoon();
    bench.settle(orchestrator);
    assertThat(orchestrator.reconciler().plan().differences()).isEmpty();
    assertThat(site.calls).containsExactly("run my-site", "suspend my-site", "run my-site");
  }

  // --- failures -------------------------------------------------------------------------------

  @Test
  void whatTakesLongIsAskedForAgain() {
    site.next(Outcome.inProgress("booting", Duration.ofSeconds(3)));
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.IN_PROGRESS);
    assertThat(resource(sub).message()).contains("booting");
    bench.realClock.advance(Duration.ofSeconds(2));
    bench.settle(orchestrator);
    assertThat(site.calls).hasSize(1);
    bench.realClock.advance(Duration.ofSeconds(1));
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
    assertThat(resource(sub).message()).isEmpty();
  }

  @Test
  void aTrialsClockThatJumpsOrStandsDoesNotHurryOrHoldMachines() {
    site.next(Outcome.inProgress("booting", Duration.ofSeconds(3)));
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    bench.engineClock.advance(Duration.ofDays(31));
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.IN_PROGRESS);
    bench.realClock.advance(Duration.ofSeconds(3));
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
  }

  @Test
  void transientFailuresAreTriedAgainWithGrowingDistanceAndThenGivenUp() {
    site.always = Optional.of(Outcome.transientFailure("no space left on hub-1"));
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    for (int i = 0; i < 20; i++) {
      resource(sub).nextAttemptAt().ifPresent(bench.realClock::set);
      bench.settle(orchestrator);
    }
    assertThat(site.calls).as("attempts").hasSize(10);
    assertThat(status(sub)).isEqualTo(ResourceStatus.FAILED);
    assertThat(resource(sub).message()).contains("no space left on hub-1");
    assertThat(resource(sub).settled()).isTrue();

    site.always = Optional.empty();
    orchestrator.retry(bench.customerId, sub.id());
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
  }

  @Test
  void aPermanentFailureIsShownInTheProvidersWordsAndNotRepeated() {
    site.next(Outcome.permanent("the name 'my-site' is taken"));
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    bench.realClock.advance(Duration.ofDays(1));
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.FAILED);
    assertThat(resource(sub).message()).contains("the name 'my-site' is taken");
    assertThat(site.calls).hasSize(1);
  }

  @Test
  void anUnpaidThingThatCannotBeStoppedIsNeverForgotten() {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    site.always = Optional.of(Outcome.permanent("the machine does not obey"));
    bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.FAILED);
    for (int hour = 0; hour < 3; hour++) {
      bench.realClock.advance(Duration.ofHours(1));
      bench.settle(orchestrator);
    }
    assertThat(site.calls).hasSizeGreaterThanOrEqualTo(1 + 1 + 3);
    site.always = Optional.empty();
    bench.realClock.advance(Duration.ofHours(1));
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.SUSPENDED);
  }

  @Test
  void aLongOutageUsesUpNoAttempts() {
    site.always = Optional.of(Outcome.unreachable("connection refused"));
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    int attempts = 0;
    var end = bench.realClock.instant().plus(Duration.ofHours(1));
    while (bench.realClock.instant().isBefore(end)) {
      bench.realClock.set(resource(sub).nextAttemptAt().orElseThrow());
      orchestrator.tick(bench.realClock.instant());
      attempts++;
    }
    assertThat(resource(sub).attempts()).isZero();
    assertThat(attempts).as("often at first, then about one a minute").isBetween(60, 130);
    site.always = Optional.empty();
    bench.realClock.set(resource(sub).nextAttemptAt().orElseThrow());
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
  }

  @Test
  void aProvisionerThatThrowsFailsThisAttemptOnly() {
    synchronized (site.script) {
      site.script.add(
          () -> {
            throw new IllegalStateException("bug in the plugin");
          });
      site.script.add(
          () -> {
            throw new NoSuchMethodError("made for another version");
          });
    }
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    assertThat(resource(sub).message().orElseThrow()).contains("bug in the plugin");
    bench.realClock.advance(Duration.ofMinutes(1));
    bench.settle(orchestrator);
    bench.realClock.advance(Duration.ofMinutes(1));
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
  }

  @Test
  void aMissingProvisionerIsSaidAndWaitedFor() {
    orchestrator.close();
    ProvisioningHook hook = new ProvisioningHook();
    Subscription sub = bench.start("my-site", "1");
    bench.engine.runDue(Duration.ofSeconds(20));
    try (Orchestrator without =
        Orchestrator.create(
            new Orchestrator.Parts(
                bench.engine,
                bench.server,
                dev.innkeeper.server.plugins.Provisioners.of(Map.of()),
                hook,
                bench.realClock,
                new java.util.Random(1)),
            Orchestrator.Options.standard())) {
      bench.settle(without);
      assertThat(without.resources().get(bench.customerId, sub.id()).message().orElseThrow())
          .contains("'site' is not loaded");
    }
    bench.realClock.advance(Duration.ofMinutes(2));
    orchestrator = bench.orchestrator("a", site);
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
  }

  // --- several at once ------------------------------------------------------------------------

  @Test
  void aChangeThatComesWhileAWorkerIsBusyIsNotLost() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    synchronized (site.script) {
      site.script.add(
          () -> {
            inside.countDown();
            await(goOn);
            return Outcome.ready();
          });
    }
    Subscription sub = bench.start("my-site", "1");
    bench.engine.runDue(Duration.ofSeconds(20));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Integer> busy = thread.submit(() -> orchestrator.tick(bench.realClock.instant()));
    await(inside);
    bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
    bench.engine.runDue(Duration.ofSeconds(20));
    assertThat(orchestrator.tick(bench.realClock.instant())).as("it is claimed").isZero();
    goOn.countDown();
    busy.get(20, TimeUnit.SECONDS);
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.SUSPENDED);
    thread.shutdownNow();
  }

  @Test
  void severalNodesShareTheWorkAndNeverAResource() throws Exception {
    List<Orchestrator> nodes = new ArrayList<>();
    for (String node : List.of("b", "c", "d")) {
      nodes.add(bench.orchestrator(node, site, bench.realClock, new ProvisioningHook()));
    }
    nodes.add(orchestrator);
    for (int i = 0; i < 60; i++) {
      bench.start("site-" + i, "k" + i);
    }
    bench.engine.runDue(Duration.ofSeconds(30));
    ExecutorService threads = Executors.newFixedThreadPool(nodes.size());
    List<Future<?>> runs = new ArrayList<>();
    for (Orchestrator node : nodes) {
      runs.add(
          threads.submit(
              () -> {
                while (node.tick(bench.realClock.instant()) > 0) {
                  // Until nothing is due.
                }
              }));
    }
    for (Future<?> run : runs) {
      run.get(60, TimeUnit.SECONDS);
    }
    bench.settle(orchestrator);
    threads.shutdownNow();
    nodes.subList(0, 3).forEach(Orchestrator::close);
    assertThat(site.things).hasSize(60);
    assertThat(site.atOnceMax.get()).as("workers on one resource").isEqualTo(1);
    assertThat(site.calls).as("each once").hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void whatADeadNodeHeldIsTakenUpWhenItsClaimRunsOut() {
    Subscription sub = bench.start("my-site", "1");
    bench.engine.runDue(Duration.ofSeconds(20));
    holdAs("dead");
    bench.settle(orchestrator);
    assertThat(site.calls).isEmpty();
    bench.realClock.advance(Duration.ofMinutes(5));
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
  }

  @Test
  void aNodeThatComesBackTakesUpWhatItHeldAtOnce() {
    Subscription sub = bench.start("my-site", "1");
    bench.engine.runDue(Duration.ofSeconds(20));
    holdAs("a");
    orchestrator.close();
    orchestrator = bench.orchestrator("a", site);
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
  }

  private void holdAs(String node) {
    ResourceStore store = new ResourceStore(dev.innkeeper.billing.json.BillingJson.mapper());
    var now = bench.realClock.instant();
    bench.server.run(
        handle ->
            assertThat(store.claim(handle, node, now, now.plus(Duration.ofMinutes(5)), 10))
                .hasSize(1));
  }

  // --- reconciling ----------------------------------------------------------------------------

  @Test
  void anEventThatWasNeverDeliveredIsMadeUpForByTheSweep() {
    Subscription sub = bench.start("my-site", "1");
    orchestrator.tick(bench.realClock.instant());
    bench.settle(orchestrator);
    bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
    bench.realClock.advance(Duration.ofMinutes(5));
    while (orchestrator.tick(bench.realClock.instant()) > 0) {
      // The event is still in the log: nobody delivers it.
    }
    assertThat(status(sub)).isEqualTo(ResourceStatus.SUSPENDED);
  }

  @Test
  void thePlanSaysWhatWouldBeDoneAndDoesNothing() {
    Subscription lost = bench.start("lost", "1");
    Subscription undone = bench.start("undone", "2");
    Subscription drifted = bench.start("drifted", "3");
    bench.settle(orchestrator);
    bench.engine.subscriptions().suspend(bench.customerId, undone.id(), "unpaid");
    bench.settle(orchestrator);
    site.things.remove(new ResourceId(lost.id()));
    site.put(ref(undone, "undone"), Observation.of(ResourceState.RUNNING));
    site.put(
        ref(drifted, "drifted"),
        Observation.of(ResourceState.RUNNING).withDrift(List.of("memory is 2 GB, not 1 GB")));
    ResourceRef stranger = new ResourceRef(new ResourceId(UUID.randomUUID()), "stranger");
    site.put(stranger, Observation.of(ResourceState.RUNNING));
    site.calls.clear();

    Reconciler.Plan plan = orchestrator.reconciler().plan();
    assertThat(plan.differences())
        .extracting(d -> d.action() + " " + d.name() + ": " + String.join(", ", d.reasons()))
        .containsExactlyInAnyOrder(
            "CREATE lost: it is paid for and not there",
            "SUSPEND undone: it is suspended and yet running",
            "REPAIR drifted: memory is 2 GB, not 1 GB",
            "REPORT_ORPHAN stranger: it is RUNNING and belongs to no subscription");
    assertThat(site.calls).isEmpty();

    orchestrator.sweepSoon();
    bench.settle(orchestrator);
    assertThat(site.calls).containsExactlyInAnyOrder("run lost", "suspend undone", "run drifted");
    assertThat(orchestrator.reconciler().plan().differences())
        .extracting(Difference::action)
        .containsExactly(Difference.Action.REPORT_ORPHAN);
    assertThat(orchestrator.resources().orphans())
        .singleElement()
        .satisfies(orphan -> assertThat(orphan.name()).isEqualTo("stranger"));
    assertThat(site.things).as("only reported").containsKey(stranger.id());

    assertThat(orchestrator.removeOrphan("site", stranger.id().value())).isEqualTo(Outcome.ready());
    assertThat(site.things).doesNotContainKey(stranger.id());
    assertThat(orchestrator.resources().orphans()).isEmpty();
  }

  @Test
  void applyingDoesWhatThePlanSaysAndNoMore() {
    Subscription lost = bench.start("lost", "1");
    Subscription given = bench.start("given-up", "2");
    bench.settle(orchestrator);
    site.things.remove(new ResourceId(lost.id()));
    site.things.remove(new ResourceId(given.id()));
    site.next(Outcome.permanent("no room"));
    orchestrator.retry(bench.customerId, given.id());
    bench.settle(orchestrator);
    assertThat(status(given)).isEqualTo(ResourceStatus.FAILED);
    ResourceRef orphan = new ResourceRef(new ResourceId(UUID.randomUUID()), "orphan");
    site.put(orphan, Observation.of(ResourceState.RUNNING));

    List<Difference> before = orchestrator.reconciler().plan().differences();
    assertThat(before).hasSize(3);
    Orchestrator.Applied applied = orchestrator.apply(Duration.ZERO);

    assertThat(applied.worked()).isEqualTo(2);
    assertThat(applied.left().differences())
        .singleElement()
        .satisfies(left -> assertThat(left.action()).isEqualTo(Difference.Action.REPORT_ORPHAN));
    assertThat(status(given)).isEqualTo(ResourceStatus.RUNNING);
    assertThat(site.things).containsKey(orphan.id());
    assertThat(orchestrator.apply(Duration.ZERO).worked()).isZero();
    assertThat(orchestrator.removeOrphan("site", orphan.id().value(), Duration.ZERO))
        .isInstanceOf(Outcome.Ready.class);
    assertThat(orchestrator.reconciler().plan().differences()).isEmpty();
  }

  @Test
  void onlyAnOrphanCanBeRemovedAsOne() {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    assertThatThrownBy(() -> orchestrator.removeOrphan("site", sub.id()))
        .isInstanceOf(NotFound.class);
    assertThat(site.things).hasSize(1);
  }

  @Test
  void suspendedDataThatVanishedIsReportedOnce() {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    bench.engine.subscriptions().suspend(bench.customerId, sub.id(), "unpaid");
    bench.settle(orchestrator);
    site.things.clear();
    for (int i = 0; i < 3; i++) {
      orchestrator.sweepSoon();
      bench.settle(orchestrator);
    }
    assertThat(status(sub)).isEqualTo(ResourceStatus.FAILED);
    assertThat(resource(sub).message().orElseThrow()).contains("not there any more");
    assertThat(orchestrator.resources().history(bench.customerId, sub.id(), 10)).hasSize(4);
  }

  @Test
  void whatRecoversByItselfIsShownSo() {
    Subscription sub = bench.start("my-site", "1");
    bench.settle(orchestrator);
    Observation well = site.things.get(new ResourceId(sub.id())).observation();
    site.put(
        ref(sub, "my-site"),
        Observation.of(ResourceState.FAILED).withMessage("exited with code 137"));
    orchestrator.sweepSoon();
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.FAILED);
    assertThat(resource(sub).message()).contains("exited with code 137");
    site.put(ref(sub, "my-site"), well);
    orchestrator.sweepSoon();
    bench.settle(orchestrator);
    assertThat(status(sub)).isEqualTo(ResourceStatus.RUNNING);
    assertThat(resource(sub).message()).isEmpty();
  }

  @Test
  void aNameIsFreeAgainWhenItsResourceIsGone() {
    Subscription first = bench.start("my-site", "1");
    bench.settle(orchestrator);
    assertThat(orchestrator.check("site", Map.of("size", "small"), "my-site"))
        .singleElement()
        .asString()
        .contains("taken");
    bench.engine.subscriptions().cancel(bench.customerId, first.id(), CancelAt.NOW);
    bench.settle(orchestrator);
    assertThat(orchestrator.check("site", Map.of("size", "small"), "my-site")).isEmpty();
    assertThat(orchestrator.check("site", Map.of("size", "small"), "My site")).hasSize(1);
    Subscription second = bench.start("my-site", "2");
    bench.settle(orchestrator);
    assertThat(status(first)).isEqualTo(ResourceStatus.GONE);
    assertThat(status(second)).isEqualTo(ResourceStatus.RUNNING);
  }

  private static ResourceRef ref(Subscription sub, String name) {
    return new ResourceRef(new ResourceId(sub.id()), name);
  }

  private Resource resource(Subscription sub) {
    return orchestrator.resources().get(bench.customerId, sub.id());
  }

  private ResourceStatus status(Subscription sub) {
    return resource(sub).status();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
