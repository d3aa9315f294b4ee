package dev.innkeeper.provisioner.swarm.hub;

import java.util.Optional;

/**
 * A machine that can be a hub.
 *
 * @param name the host name by which the swarm knows it, once it has joined
 * @param dockerHost where its own engine answers, for what a manager can't do in its place:
 *     commands, statistics, the removal of volumes; empty when that is the manager's engine
 */
public record Machine(String name, Optional<String> dockerHost) {
  public Machine {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: must not be blank");
    }
  }
}
