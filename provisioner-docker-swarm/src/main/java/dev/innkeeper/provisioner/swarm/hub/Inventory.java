package dev.innkeeper.provisioner.swarm.hub;

import dev.innkeeper.provisioner.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Machines that are there already, listed in the settings: {@code
 * hub-1=tcp://10.0.0.11:2375,hub-2=tcp://10.0.0.12:2375}, or host names alone where the manager's
 * engine is theirs.
 */
public final class Inventory implements MachinesFactory {

  @Override
  public String kind() {
    return "inventory";
  }

  @Override
  public Machines open(String text) {
    List<Machine> machines = new ArrayList<>();
    for (String entry : text.split(",", -1)) {
      String[] words = entry.strip().split("=", 2);
      if (words[0].isBlank()) {
        throw new IllegalArgumentException(
            "hubMachines: must be host names separated by commas, each with =tcp://host:port where"
                + " its engine answers, was '"
                + text
                + "'");
      }
      Optional<String> dockerHost =
          words.length == 2 ? Optional.of(words[1].strip()) : Optional.empty();
      machines.add(new Machine(words[0].strip(), dockerHost));
    }
    return new Listed(List.copyOf(machines));
  }

  private record Listed(List<Machine> list) implements Machines {
    @Override
    public Outcome create(String name) {
      return Outcome.permanent(
          "all "
              + list.size()
              + " machines of the inventory are full: the operator has to add one to hubMachines");
    }

    /** It stays in the inventory, for when it is needed again. */
    @Override
    public Outcome destroy(String name) {
      return Outcome.ready();
    }
  }
}
