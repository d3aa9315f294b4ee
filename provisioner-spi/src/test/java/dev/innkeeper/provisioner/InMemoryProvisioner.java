package dev.innkeeper.provisioner;

import dev.innkeeper.provisioner.contract.Faults;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The least there can be, for the SPI's own tests. It needs two effects to create: one that takes
 * the place, one that starts.
 */
final class InMemoryProvisioner implements Provisioner {
  /** What is real: outlives every provisioner. */
  static final class World {
    final Map<ResourceId, Thing> things = new ConcurrentHashMap<>();
    final Set<Bug> bugs;

    World(Set<Bug> bugs) {
      this.bugs = bugs;
    }
  }

  /** Mistakes that a plugin author might make. */
  enum Bug {
    FOUND_BY_NAME,
    CREATES_TWICE,
    FORGETS_DATA_ON_SUSPEND,
    LEAVES_HALF_CREATED
  }

  record Thing(ResourceRef ref, String digest, boolean running, boolean mark, int copies) {}

  private final World world;
  private final Faults faults;

  InMemoryProvisioner(World world, Faults faults) {
    this.world = world;
    this.faults = faults;
  }

  @Override
  public List<SpecProblem> validate(ResourceSpec spec) {
    return spec.workload() instanceof CustomWorkload
        ? List.of()
        : List.of(new SpecProblem("workload", "must be a custom one"));
  }

  @Override
  public Outcome ensureRunning(ResourceSpec spec) {
    List<SpecProblem> problems = validate(spec);
    if (!problems.isEmpty()) {
      return Outcome.invalid(problems);
    }
    Thing thing = world.things.get(spec.id());
    if (thing == null) {
      effect(() -> put(new Thing(spec.ref(), "", false, false, 1)));
    } else if (thing.running() && thing.digest().equals(spec.digest())) {
      return Outcome.ready();
    } else if (world.bugs.contains(Bug.CREATES_TWICE)) {
      effect(() -> put(copy(thing, thing.running(), thing.copies() + 1)));
    } else if (world.bugs.contains(Bug.LEAVES_HALF_CREATED) && thing.digest().isEmpty()) {
      return Outcome.permanent("exists already");
    }
    Thing placed = world.things.get(spec.id());
    effect(() -> put(new Thing(spec.ref(), spec.digest(), true, placed.mark(), placed.copies())));
    return Outcome.ready();
  }

  @Override
  public Outcome ensureSuspended(ResourceRef ref) {
    Thing thing = world.things.get(ref.id());
    if (thing != null && thing.running()) {
      Thing stopped = copy(thing, false, thing.copies());
      boolean forgets = world.bugs.contains(Bug.FORGETS_DATA_ON_SUSPEND);
      effect(
          () ->
              put(
                  new Thing(
                      stopped.ref(), stopped.digest(), false, stopped.mark() && !forgets, 1)));
    }
    return Outcome.ready();
  }

  @Override
  public Outcome ensureAbsent(ResourceRef ref) {
    if (world.bugs.contains(Bug.FOUND_BY_NAME)) {
      effect(() -> world.things.values().removeIf(thing -> thing.ref().name().equals(ref.name())));
    } else if (world.things.containsKey(ref.id())) {
      effect(() -> world.things.remove(ref.id()) != null);
    }
    return Outcome.ready();
  }

  @Override
  public Observation observe(ResourceRef ref) {
    Thing thing = world.things.get(ref.id());
    if (thing == null) {
      return Observation.absent();
    }
    return Observation.of(thing.running() ? ResourceState.RUNNING : ResourceState.SUSPENDED)
        .withSpecDigest(thing.digest());
  }

  @Override
  public void inventory(Consumer<ObservedResource> each) {
    world
        .things
        .values()
        .forEach(t -> each.accept(new ObservedResource(t.ref(), observe(t.ref()))));
  }

  private boolean put(Thing thing) {
    world.things.put(thing.ref().id(), thing);
    return true;
  }

  private static Thing copy(Thing thing, boolean running, int copies) {
    return new Thing(thing.ref(), thing.digest(), running, thing.mark(), copies);
  }

  private void effect(java.util.concurrent.Callable<Boolean> effect) {
    try {
      faults.effect(effect);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
