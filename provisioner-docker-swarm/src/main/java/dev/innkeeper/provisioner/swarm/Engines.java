package dev.innkeeper.provisioner.swarm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The manager's engine, and those of the hubs, connected to when they are needed. Thread-safe. */
final class Engines implements AutoCloseable {
  private final String managerHost;
  private final Function<String, Engine> connect;
  private final Map<String, Engine> connected = new ConcurrentHashMap<>();
  private final Fleet fleet;

  /**
   * @param connect makes no call
   */
  Engines(String managerHost, Function<String, Engine> connect, FleetOf fleet) {
    this.managerHost = managerHost;
    this.connect = connect;
    this.fleet = fleet.of(connected.computeIfAbsent(managerHost, connect));
  }

  /** Makes the fleet over the manager's engine. */
  interface FleetOf {
    Fleet of(Cluster manager);
  }

  Fleet fleet() {
    return fleet;
  }

  Engine manager() {
    return at(managerHost);
  }

  /** That of the machine a thing is on. */
  Engine of(Placement placement) {
    return placement.hub().flatMap(fleet::dockerHost).map(this::at).orElseGet(this::manager);
  }

  /** Every one that may hold something of ours. */
  List<Engine> all() {
    List<Engine> all = new ArrayList<>(List.of(manager()));
    fleet.dockerHosts().forEach(host -> all.add(at(host)));
    return all.stream().distinct().toList();
  }

  private Engine at(String host) {
    return connected.computeIfAbsent(host, connect);
  }

  @Override
  public void close() {
    fleet.close();
    connected.values().forEach(Engine::close);
  }
}
