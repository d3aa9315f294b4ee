package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.SpecProblem;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A world in memory that answers what a test told it to, and otherwise works. */
class ScriptedProvisioner implements Provisioner {
  record Thing(ResourceRef ref, Observation observation) {}

  final Map<ResourceId, Thing> things = new ConcurrentHashMap<>();
  final List<String> calls = new CopyOnWriteArrayList<>();
  final Deque<Supplier<Outcome>> script = new ArrayDeque<>();
  final AtomicInteger atOnceMax = new AtomicInteger();
  private final Map<ResourceId, AtomicInteger> busy = new ConcurrentHashMap<>();
  volatile Optional<Outcome> always = Optional.empty();

  void next(Outcome outcome) {
    synchronized (script) {
      script.add(() -> outcome);
    }
  }

  @Override
  public List<SpecProblem> validate(ResourceSpec spec) {
    return List.of();
  }

  @Override
  public Outcome ensureRunning(ResourceSpec spec) {
    return call(
        "run",
        spec.ref(),
        () ->
            put(
                spec.ref(),
                Observation.of(ResourceState.RUNNING)
                    .withSpecDigest(spec.digest())
                    .withFacts(Map.of("url", "http://" + spec.name() + "/"))));
  }

  @Override
  public Outcome ensureSuspended(ResourceRef ref) {
    return call(
        "suspend",
        ref,
        () -> {
          if (things.containsKey(ref.id())) {
            put(ref, Observation.of(ResourceState.SUSPENDED));
          }
        });
  }

  @Override
  public Outcome ensureAbsent(ResourceRef ref) {
    return call("remove", ref, () -> things.remove(ref.id()));
  }

  @Override
  public Observation observe(ResourceRef ref) {
    Thing thing = things.get(ref.id());
    return thing == null ? Observation.absent() : thing.observation();
  }

  @Override
  public void inventory(Consumer<ObservedResource> each) {
    things.values().forEach(t -> each.accept(new ObservedResource(t.ref(), t.observation())));
  }

  void put(ResourceRef ref, Observation observation) {
    things.put(ref.id(), new Thing(ref, observation));
  }

  private Outcome call(String what, ResourceRef ref, Runnable effect) {
    AtomicInteger inside = busy.computeIfAbsent(ref.id(), id -> new AtomicInteger());
    atOnceMax.accumulateAndGet(inside.incrementAndGet(), Math::max);
    try {
      calls.add(what + " " + ref.name());
      Supplier<Outcome> scripted;
      synchronized (script) {
        scripted = script.poll();
      }
      Outcome outcome = scripted != null ? scripted.get() : always.orElseGet(Outcome::ready);
      if (outcome instanceof Outcome.Ready) {
        effect.run();
      }
      return outcome;
    } finally {
      inside.decrementAndGet();
    }
  }
}
