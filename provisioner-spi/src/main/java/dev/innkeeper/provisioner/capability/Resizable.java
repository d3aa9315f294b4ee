package dev.innkeeper.provisioner.capability;

import dev.innkeeper.provisioner.ResourceSpec;

/**
 * Changes a resource while keeping its data: {@link
 * dev.innkeeper.provisioner.Provisioner#ensureRunning} with the new specification does it. A
 * provisioner without this capability answers a changed workload with a permanent failure.
 */
public interface Resizable {

  /** What the change would mean, asked before it is sold. Looks at the resource as it is. */
  Effect effectOf(ResourceSpec wanted);

  /** What a change means for the one who uses the resource. */
  sealed interface Effect {

    /** Nobody will notice. */
    record InPlace() implements Effect {}

    /** It stops and starts again. */
    record Restart() implements Effect {}

    /**
     * It can't be done.
     *
     * @param reason and what to do first, such as deleting files
     */
    record Refused(String reason) implements Effect {}
  }
}
