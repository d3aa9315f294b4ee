package dev.innkeeper.provisioner;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes the world match what customers are entitled to.
 *
 * <p>Every call may be repeated, may come after the process was killed in the middle of the same
 * call, and may come from another machine than the last one. So every {@code ensure…} looks first
 * and then does what is missing. A resource is found by its {@link ResourceId} alone; names are
 * reused by customers and prove nothing.
 *
 * <p>What a resource is or should be is said by results, not by exceptions: an exception counts as
 * {@link Outcome.Failed} with {@link Outcome.Cause#TRANSIENT}. Calls may block for some seconds;
 * what takes longer is started and answered with {@link Outcome.InProgress}. Must be thread-safe;
 * calls about one resource are never made at once by one installation, calls about different ones
 * are.
 *
 * <p>Further abilities are interfaces of {@link dev.innkeeper.provisioner.capability}.
 */
public interface Provisioner extends AutoCloseable {

  /**
   * What is wrong with a resource that somebody wants, before anything is promised or paid. Asks
   * nobody over the network.
   *
   * @return empty when it can be run
   */
  List<SpecProblem> validate(ResourceSpec spec);

  /** What running it will cost the hoster, where the provisioner can tell. */
  default Optional<CostEstimate> quote(ResourceSpec spec) {
    return Optional.empty();
  }

  /**
   * Has the resource run as specified: creates it, changes it, or resumes it with its data, or does
   * nothing when it runs as specified already.
   */
  Outcome ensureRunning(ResourceSpec spec);

  /**
   * Has the resource not run, in a way its owner can't undo, with its data kept. A resource that is
   * not there stays away and counts as suspended.
   */
  Outcome ensureSuspended(ResourceRef ref);

  /**
   * Has the resource and its data gone. {@link Outcome.Ready} when it is gone already. Must not
   * touch another resource that has got the same name since.
   */
  Outcome ensureAbsent(ResourceRef ref);

  /** The resource as it is, asked of the world and not of a cache. */
  Observation observe(ResourceRef ref);

  /**
   * Every resource in the world that this provisioner made and that is not gone, with what is known
   * of it: what {@link #observe} says, at the price of few calls for all. It finds resources that
   * nobody pays for.
   *
   * @param each called on the caller's thread, once for each resource
   */
  void inventory(Consumer<ObservedResource> each);

  /** Lets go of connections and threads. The resources live on. */
  @Override
  default void close() {}
}
