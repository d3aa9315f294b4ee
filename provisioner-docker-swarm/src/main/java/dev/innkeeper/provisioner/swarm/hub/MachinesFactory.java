package dev.innkeeper.provisioner.swarm.hub;

/**
 * Opens a source of machines. Found with {@link java.util.ServiceLoader}: put a jar with {@code
 * META-INF/services/dev.innkeeper.provisioner.swarm.hub.MachinesFactory} into the {@code lib}
 * folder of the plugin.
 */
public interface MachinesFactory {

  /** What the setting {@code hubs} names it by. */
  String kind();

  /**
   * @param text the setting {@code hubMachines}, in words of the source's own
   * @throws IllegalArgumentException with a message that says what is wrong with the text
   */
  Machines open(String text);
}
