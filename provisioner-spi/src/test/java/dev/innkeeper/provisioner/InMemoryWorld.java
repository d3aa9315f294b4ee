package dev.innkeeper.provisioner;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.Faults;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.VirtualMachine;
import dev.innkeeper.provisioner.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

final class InMemoryWorld implements ContractWorld {
  private final InMemoryProvisioner.World world;

  InMemoryWorld(Set<InMemoryProvisioner.Bug> bugs) {
    this.world = new InMemoryProvisioner.World(bugs);
  }

  @Override
  public Provisioner open(Faults faults) {
    return new InMemoryProvisioner(world, faults);
  }

  @Override
  public Workload workload() {
    return new CustomWorkload("thing", Map.of("size", "small"));
  }

  @Override
  public Optional<Workload> changedWorkload() {
    return Optional.of(new CustomWorkload("thing", Map.of("size", "large")));
  }

  @Override
  public Workload refusedWorkload() {
    return new VirtualMachine("image", new Resources(1000, 512), 1024, List.of(), Set.of());
  }

  @Override
  public boolean serves(ResourceRef ref) {
    InMemoryProvisioner.Thing thing = world.things.get(ref.id());
    return thing != null && thing.running();
  }

  @Override
  public int copies(ResourceRef ref) {
    InMemoryProvisioner.Thing thing = world.things.get(ref.id());
    return thing == null ? 0 : thing.copies();
  }

  @Override
  public void leaveMark(ResourceRef ref) {
    world.things.computeIfPresent(
        ref.id(),
        (id, thing) ->
            new InMemoryProvisioner.Thing(
                thing.ref(), thing.digest(), thing.running(), true, thing.copies()));
  }

  @Override
  public boolean hasMark(ResourceRef ref) {
    InMemoryProvisioner.Thing thing = world.things.get(ref.id());
    return thing != null && thing.mark();
  }

  @Override
  public void tryToUndoSuspension(ResourceRef ref) {
    // Nothing of this world is in its owners' hands.
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(1);
  }

  @Override
  public void close() {}
}
