package dev.innkeeper.provisioner.contract;

import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.workload.Workload;
import java.time.Duration;
import java.util.Optional;

/**
 * What a provisioner acts upon, seen from outside: a folder, an engine, a cluster. The contract
 * asks it what really is, so answer by looking (an HTTP request, a list of containers), never by
 * asking the provisioner.
 */
public interface ContractWorld {

  /**
   * A provisioner over this world. Called several times: what an earlier one knew in memory is
   * gone, as after a restart, and two may be open at once, as with two servers.
   *
   * @param faults through which everything goes that the provisioner changes in the world
   */
  Provisioner open(Faults faults);

  /** Something small that the provisioner accepts and that starts fast. */
  Workload workload();

  /** The same in another size, for a provisioner that is {@code Resizable}; empty for others. */
  Optional<Workload> changedWorkload();

  /** Something that {@code validate} refuses. */
  Workload refusedWorkload();

  /** Whether the resource does now what its owner pays for. */
  boolean serves(ResourceRef ref);

  /** How many real things there are for this resource: 1 when it is there, whatever its state. */
  int copies(ResourceRef ref);

  /** Leaves something in the data of a running resource, as its owner would. */
  void leaveMark(ResourceRef ref);

  /** Whether the mark is in the data of a running resource. */
  boolean hasMark(ResourceRef ref);

  /** Does all that the owner of a suspended resource could do to have it run. */
  void tryToUndoSuspension(ResourceRef ref);

  /** How long a change may take until it shows. */
  default Duration patience() {
    return Duration.ofSeconds(30);
  }

  /** Removes all that the tests left. */
  void close();
}
