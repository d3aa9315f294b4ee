package dev.innkeeper.provisioner.swarm.hub;

import dev.innkeeper.provisioner.Outcome;
import java.util.List;

/**
 * Makes and destroys the machines of a swarm. A machine joins the swarm by itself once it is up.
 * Every call may be repeated, also after a crash in the middle of the same call. Must be
 * thread-safe.
 */
public interface Machines extends AutoCloseable {

  /** The machines there are, in the order in which they are to be used. */
  List<Machine> list();

  /**
   * Has a machine of this name exist, or another one that is not in use.
   *
   * @return ready when {@link #list} has it; a permanent failure when no more can be had
   */
  Outcome create(String name);

  /**
   * Lets go of a machine that nothing runs on any more.
   *
   * @return ready when it costs nothing any more; also when it is gone already
   */
  Outcome destroy(String name);

  /** Lets go of connections. The machines live on. */
  @Override
  default void close() {}
}
