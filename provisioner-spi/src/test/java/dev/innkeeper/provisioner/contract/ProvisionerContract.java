package dev.innkeeper.provisioner.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.capability.Resizable;
import dev.innkeeper.provisioner.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every provisioner has to hold, whatever it runs. Extend it, give it your world, and the
 * tests are yours:
 *
 * <pre>{@code
 * class MyProvisionerTest extends ProvisionerContract {
 *   @Override
 *   protected ContractWorld newWorld() { return new MyWorld(); }
 * }
 * }</pre>
 */
public abstract class ProvisionerContract {
  private static final int EFFECTS_MAX = 100;
  private static final int ATTEMPTS_MAX = 600;

  private ContractWorld world;
  private Provisioner provisioner;
  private int names;

  /** A world of its own for each test. */
  protected abstract ContractWorld newWorld() throws Exception;

  @BeforeEach
  void openWorld() throws Exception {
    world = newWorld();
    provisioner = world.open(Faults.none());
  }

  @AfterEach
  void closeWorld() {
    if (provisioner != null) {
      provisioner.close();
    }
    if (world != null) {
      world.close();
    }
  }

  // --- life -----------------------------------------------------------------------------------

  @Test
  void whatNobodyAskedForIsAbsent() {
    ResourceRef ref = newRef();
    assertState(ResourceState.ABSENT, ref);
    assertEquals(0, world.copies(ref));
    assertFalse(world.serves(ref));
  }

  @Test
  void ensureRunningMakesOneThatServes() {
    ResourceSpec spec = newSpec();
    run(spec);
    assertRunning(spec);
  }

  @Test
  void aRetryOfEnsureRunningChangesNothing() {
    ResourceSpec spec = newSpec();
    run(spec);
    world.leaveMark(spec.ref());
    for (int i = 0; i < 3; i++) {
      run(spec);
    }
    assertRunning(spec);
    assertTrue(world.hasMark(spec.ref()), "a retry must keep the data");
  }

  @Test
  void stateOutlivesTheProcess() {
    ResourceSpec running = newSpec();
    ResourceSpec suspended = newSpec();
    run(running);
    run(suspended);
    suspend(suspended.ref());
    restart();
    assertRunning(running);
    assertSuspended(suspended.ref());
  }

  @Test
  void aRefusedSpecificationCreatesNothing() {
    ResourceSpec refused = new ResourceSpec(newRef(), "owner", world.refusedWorkload());
    assertFalse(provisioner.validate(refused).isEmpty(), "validate() must say what is wrong");
    Outcome outcome = provisioner.ensureRunning(refused);
    Outcome.Failed failed = assertInstanceOf(Outcome.Failed.class, outcome);
    assertFalse(failed.retryable(), "what is refused now is refused for ever");
    assertEquals(0, world.copies(refused.ref()));
  }

  @Test
  void anAcceptedSpecificationHasNoProblems() {
    assertEquals(List.of(), provisioner.validate(newSpec()));
  }

  // --- suspension -----------------------------------------------------------------------------

  @Test
  void suspensionStopsServing() {
    ResourceSpec spec = newSpec();
    run(spec);
    suspend(spec.ref());
    assertSuspended(spec.ref());
    suspend(spec.ref());
    assertSuspended(spec.ref());
  }

  @Test
  void theOwnerCannotUndoSuspension() {
    ResourceSpec spec = newSpec();
    run(spec);
    suspend(spec.ref());
    world.tryToUndoSuspension(spec.ref());
    // The provisioner's next look may be what puts it right; its owner must not win for long.
    suspend(spec.ref());
    assertSuspended(spec.ref());
  }

  @Test
  void paymentBringsItBackWithItsData() {
    ResourceSpec spec = newSpec();
    run(spec);
    world.leaveMark(spec.ref());
    suspend(spec.ref());
    run(spec);
    assertRunning(spec);
    assertTrue(world.hasMark(spec.ref()), "suspension must keep the data");
  }

  @Test
  void suspendingWhatIsNotThereMakesNothing() {
    ResourceRef ref = newRef();
    suspend(ref);
    assertEquals(0, world.copies(ref));
    assertFalse(world.serves(ref));
  }

  // --- the end --------------------------------------------------------------------------------

  @Test
  void terminationLeavesNothing() {
    ResourceSpec spec = newSpec();
    run(spec);
    remove(spec.ref());
    assertGone(spec.ref());
  }

  @Test
  void aSuspendedOneCanBeTerminated() {
    ResourceSpec spec = newSpec();
    run(spec);
    suspend(spec.ref());
    remove(spec.ref());
    assertGone(spec.ref());
  }

  @Test
  void terminatingWhatIsGoneSucceeds() {
    ResourceSpec spec = newSpec();
    remove(spec.ref());
    run(spec);
    remove(spec.ref());
    remove(spec.ref());
    assertGone(spec.ref());
  }

  // --- names ----------------------------------------------------------------------------------

  @Test
  void aReusedNameIsANewResource() {
    ResourceSpec first = newSpec();
    run(first);
    world.leaveMark(first.ref());
    remove(first.ref());

    ResourceSpec second = withName(first.name());
    run(second);
    assertRunning(second);
    assertFalse(world.hasMark(second.ref()), "the name's last owner left data behind");
    remove(first.ref());
    suspend(first.ref());
    assertRunning(second);
  }

  @Test
  void twoOfOneNameDoNotTouchEachOther() {
    ResourceSpec first = newSpec();
    run(first);
    world.leaveMark(first.ref());
    ResourceSpec second = withName(first.name());
    Outcome outcome = settled(() -> provisioner.ensureRunning(second));
    if (outcome instanceof Outcome.Failed failed) {
      assertFalse(failed.retryable(), "a name that is taken stays taken");
      assertEquals(0, world.copies(second.ref()));
    }
    assertRunning(first);
    suspend(second.ref());
    remove(second.ref());
    assertGone(second.ref());
    assertRunning(first);
    assertTrue(world.hasMark(first.ref()));
  }

  // --- change ---------------------------------------------------------------------------------

  @Test
  void aChangedSpecificationIsApplied() {
    ResourceSpec spec = newSpec();
    run(spec);
    world.leaveMark(spec.ref());
    Workload changed =
        world
            .changedWorkload()
            .orElseGet(
                () -> {
                  assertFalse(
                      provisioner instanceof Resizable,
                      "a Resizable provisioner's world needs a changedWorkload()");
                  return world.workload();
                });
    ResourceSpec wanted = new ResourceSpec(spec.ref(), spec.owner(), changed);
    run(wanted);
    assertRunning(wanted);
    assertTrue(world.hasMark(spec.ref()), "a change must keep the data");
  }

  // --- the whole ------------------------------------------------------------------------------

  @Test
  void theInventoryHasEachOnceAndNoneThatIsGone() {
    ResourceSpec running = newSpec();
    ResourceSpec suspended = newSpec();
    ResourceSpec gone = newSpec();
    run(running);
    run(suspended);
    suspend(suspended.ref());
    run(gone);
    remove(gone.ref());
    List<ObservedResource> all = new ArrayList<>();
    provisioner.inventory(all::add);
    assertEquals(List.of(ResourceState.RUNNING), statesOf(all, running));
    assertEquals(List.of(ResourceState.SUSPENDED), statesOf(all, suspended));
    assertEquals(List.of(), statesOf(all, gone));
    assertTrue(
        all.stream()
            .filter(found -> found.ref().id().equals(running.id()))
            .allMatch(found -> found.observation().specDigest().equals(digestOf(running))),
        "the inventory tells what each was last brought to");
  }

  @Test
  void twoServersAtOnceMakeOne() throws Exception {
    ResourceSpec spec = newSpec();
    ExecutorService servers = Executors.newFixedThreadPool(4);
    try (Provisioner other = world.open(Faults.none())) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Provisioner one = i % 2 == 0 ? provisioner : other;
        calls.add(servers.submit(() -> one.ensureRunning(spec)));
      }
      for (Future<?> call : calls) {
        call.get(world.patience().toMillis(), TimeUnit.MILLISECONDS);
      }
    } finally {
      servers.shutdownNow();
    }
    run(spec);
    assertRunning(spec);
  }

  // --- faults ---------------------------------------------------------------------------------

  @Test
  void aCrashBetweenTheStepsOfCreationHeals() {
    survive(spec -> {}, "create");
  }

  @Test
  void aCrashBetweenTheStepsOfSuspensionHeals() {
    survive(this::run, "suspend");
  }

  @Test
  void aCrashBetweenTheStepsOfResumptionHeals() {
    survive(
        spec -> {
          run(spec);
          suspend(spec.ref());
        },
        "resume");
  }

  @Test
  void aCrashBetweenTheStepsOfTerminationHeals() {
    survive(this::run, "terminate");
  }

  private interface Before {
    void prepare(ResourceSpec spec);
  }

  /**
   * Has every effect of an operation go wrong in every way, one at a time, and the operation
   * repeated by a process that knows nothing of it.
   */
  private void survive(Before before, String operation) {
    for (Faults.Kind kind : Faults.Kind.values()) {
      for (int effect = 0; effect <= EFFECTS_MAX; effect++) {
        if (effect == EFFECTS_MAX) {
          fail(operation + " has more than " + EFFECTS_MAX + " effects");
        }
        ResourceSpec spec = newSpec();
        before.prepare(spec);
        Faults faults = new Faults(effect, kind);
        attempt(operation, spec, faults);
        if (effect == 0) {
          assertTrue(
              faults.fired(),
              operation + " changed nothing through Faults.effect(): route its effects there");
        }
        complete(operation, spec, faults);
        remove(spec.ref());
        if (!faults.fired()) {
          break;
        }
      }
    }
  }

  private void attempt(String operation, ResourceSpec spec, Faults faults) {
    try (Provisioner doomed = world.open(faults)) {
      for (int i = 0; i < ATTEMPTS_MAX && !faults.fired(); i++) {
        Outcome outcome = operate(doomed, operation, spec);
        if (!(outcome instanceof Outcome.InProgress waiting)) {
          return;
        }
        pause(waiting.checkAfter().toMillis());
      }
    } catch (Faults.Crash | RuntimeException e) {
      // As a killed process, or one whose call timed out: the next one goes on.
    }
  }

  private void complete(String operation, ResourceSpec spec, Faults faults) {
    String what = operation + " after " + faults;
    Outcome outcome = settled(() -> operate(provisioner, operation, spec));
    assertInstanceOf(Outcome.Ready.class, outcome, () -> what + ": " + outcome);
    switch (operation) {
      case "suspend" -> assertSuspended(spec.ref());
      case "terminate" -> assertGone(spec.ref());
      default -> assertRunning(spec);
    }
  }

  private static Outcome operate(Provisioner with, String operation, ResourceSpec spec) {
    return switch (operation) {
      case "suspend" -> with.ensureSuspended(spec.ref());
      case "terminate" -> with.ensureAbsent(spec.ref());
      default -> with.ensureRunning(spec);
    };
  }

  // --- words ----------------------------------------------------------------------------------

  private ResourceRef newRef() {
    names++;
    return new ResourceRef(new ResourceId(UUID.randomUUID()), "contract-" + names);
  }

  private ResourceSpec newSpec() {
    return new ResourceSpec(newRef(), "owner", world.workload());
  }

  private ResourceSpec withName(String name) {
    ResourceRef ref = new ResourceRef(new ResourceId(UUID.randomUUID()), name);
    return new ResourceSpec(ref, "another-owner", world.workload());
  }

  private void restart() {
    provisioner.close();
    provisioner = world.open(Faults.none());
  }

  private void run(ResourceSpec spec) {
    requireReady(settled(() -> provisioner.ensureRunning(spec)));
  }

  private void suspend(ResourceRef ref) {
    requireReady(settled(() -> provisioner.ensureSuspended(ref)));
  }

  private void remove(ResourceRef ref) {
    requireReady(settled(() -> provisioner.ensureAbsent(ref)));
  }

  private static void requireReady(Outcome outcome) {
    assertInstanceOf(Outcome.Ready.class, outcome, outcome::toString);
  }

  /** Repeats a call as the orchestrator does, until it is ready or has failed for good. */
  private Outcome settled(Supplier<Outcome> call) {
    long deadlineNanos = System.nanoTime() + world.patience().toNanos();
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
      Outcome outcome = call.get();
      long pauseMillis;
      if (outcome instanceof Outcome.InProgress waiting) {
        pauseMillis = waiting.checkAfter().toMillis();
      } else if (outcome instanceof Outcome.Failed failed && failed.retryable()) {
        pauseMillis = 100;
      } else {
        return outcome;
      }
      if (System.nanoTime() > deadlineNanos) {
        return fail("not settled within " + world.patience() + ": " + outcome);
      }
      pause(pauseMillis);
    }
    return fail("not settled after " + ATTEMPTS_MAX + " calls");
  }

  private void assertRunning(ResourceSpec spec) {
    eventually(() -> world.serves(spec.ref()), "must serve: " + spec.ref());
    Observation seen = assertState(ResourceState.RUNNING, spec.ref());
    assertEquals(digestOf(spec), seen.specDigest(), "the digest it was brought to");
    assertEquals(List.of(), seen.drift());
    assertEquals(1, world.copies(spec.ref()), "copies of " + spec.ref());
  }

  private void assertSuspended(ResourceRef ref) {
    eventually(() -> !world.serves(ref), "must not serve: " + ref);
    assertState(ResourceState.SUSPENDED, ref);
    assertEquals(1, world.copies(ref), "copies of " + ref);
  }

  private void assertGone(ResourceRef ref) {
    eventually(() -> !world.serves(ref) && world.copies(ref) == 0, "must be gone: " + ref);
    assertState(ResourceState.ABSENT, ref);
  }

  private Observation assertState(ResourceState expected, ResourceRef ref) {
    Observation seen = provisioner.observe(ref);
    assertEquals(expected, seen.state(), () -> ref + ": " + seen);
    return seen;
  }

  private static java.util.Optional<String> digestOf(ResourceSpec spec) {
    return java.util.Optional.of(spec.digest());
  }

  private static List<ResourceState> statesOf(List<ObservedResource> all, ResourceSpec spec) {
    return all.stream()
        .filter(found -> found.ref().id().equals(spec.id()))
        .map(found -> found.observation().state())
        .toList();
  }

  private void eventually(BooleanSupplier condition, String what) {
    long deadlineNanos = System.nanoTime() + world.patience().toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNanos) {
        fail(what + ", not so within " + world.patience());
      }
      pause(50);
    }
  }

  /** The world is real and takes its time; nothing tells when it is done. */
  private void pause(long millis) {
    try {
      Thread.sleep(Math.min(millis, world.patience().toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
