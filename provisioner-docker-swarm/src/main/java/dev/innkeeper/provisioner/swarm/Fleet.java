package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.SwarmNode;
import com.github.dockerjava.api.model.SwarmNodeAvailability;
import com.github.dockerjava.api.model.SwarmNodeSpec;
import com.github.dockerjava.api.model.SwarmNodeState;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.swarm.hub.Machine;
import dev.innkeeper.provisioner.swarm.hub.Machines;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.Port;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hubs: machines of the swarm that are open for containers, each with so many gigabytes to
 * sell. A container takes its memory in whole gigabytes. Full hubs have a further one opened, empty
 * ones more than needed are let go. A hub is a node of the swarm with our label: what is open is
 * known to all servers, and after a crash. Thread-safe.
 */
final class Fleet implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
  private static final Duration JOINING = Duration.ofSeconds(5);
  private static final String RETIRING = "retiring";
  private static final int MACHINES_MAX = 10_000;

  private final Cluster manager;
  private final Options options;
  private final Optional<Machines> machines;

  /**
   * How containers are spread.
   *
   * @param instance whose hubs
   * @param gigabytesPerHub how much of each hub is sold
   * @param ports from which published ports are taken; empty for the engine's choice
   */
  record Options(String instance, int gigabytesPerHub, Optional<PortRange> ports) {}

  /** Ports, both ends included. */
  record PortRange(int first, int last) {
    int size() {
      return last - first + 1;
    }
  }

  /** Where something goes, or why not yet. */
  sealed interface Choice {
    record Placed(Placement placement) implements Choice {}

    record NotYet(Outcome outcome) implements Choice {}
  }

  /**
   * @param machines empty where the swarm may place as it likes
   */
  Fleet(Cluster manager, Options options, Optional<Machines> machines) {
    this.manager = manager;
    this.options = options;
    this.machines = machines;
  }

  static int gigabytes(ContainerWorkload workload) {
    return Math.toIntExact((workload.resources().memoryMegabytes() + 1023) / 1024);
  }

  /** Keeps what the service has, and chooses what it lacks. */
  synchronized Choice place(ResourceId id, ContainerWorkload workload, Optional<Service> existing) {
    Placement before =
        existing.map(Placement::of).orElse(new Placement(Optional.empty(), Map.of()));
    Map<String, Integer> ports = ports(id, workload, before);
    if (machines.isEmpty()) {
      return new Choice.Placed(new Placement(before.hub(), ports));
    }
    Map<String, Integer> sold = sold(manager.servicesOf(options.instance()), id);
    int wanted = gigabytes(workload);
    if (before.hub().isPresent()) {
      String hub = before.hub().get();
      return roomOn(hub, sold) >= wanted
          ? new Choice.Placed(new Placement(before.hub(), ports))
          : new Choice.NotYet(Outcome.permanent(full(hub, sold, wanted)));
    }
    if (wanted > options.gigabytesPerHub()) {
      return new Choice.NotYet(
          Outcome.permanent(
              wanted + " GB are more than the " + options.gigabytesPerHub() + " GB of a hub"));
    }
    // The fullest that has room, so that others become empty.
    return open(manager.nodes()).stream()
        .map(Fleet::name)
        .filter(hub -> roomOn(hub, sold) >= wanted)
        .min(Comparator.comparing((String hub) -> roomOn(hub, sold)).thenComparing(hub -> hub))
        .map(hub -> (Choice) new Choice.Placed(new Placement(Optional.of(hub), ports)))
        .orElseGet(() -> grow(ports));
  }

  /** Whether a change of size fits where it is; empty when it does. */
  synchronized Optional<String> refusal(ResourceId id, ContainerWorkload wanted, Service existing) {
    Optional<String> hub = Placement.of(existing).hub();
    if (hub.isEmpty() || machines.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Integer> sold = sold(manager.servicesOf(options.instance()), id);
    int gigabytes = gigabytes(wanted);
    return roomOn(hub.get(), sold) >= gigabytes
        ? Optional.empty()
        : Optional.of(full(hub.get(), sold, gigabytes));
  }

  private String full(String hub, Map<String, Integer> sold, int wanted) {
    return "its data is on "
        + hub
        + ", where "
        + sold.getOrDefault(hub, 0)
        + " of "
        + options.gigabytesPerHub()
        + " GB are sold to others: there is no room for "
        + wanted
        + " GB";
  }

  private int roomOn(String hub, Map<String, Integer> sold) {
    return options.gigabytesPerHub() - sold.getOrDefault(hub, 0);
  }

  /** Gigabytes sold on each hub, suspended ones too: their data is there. */
  private static Map<String, Integer> sold(List<Service> services, ResourceId without) {
    Map<String, Integer> sold = new HashMap<>();
    for (Service service : services) {
      Optional<String> hub = ServiceSpecs.label(service, ServiceSpecs.HUB);
      boolean counts =
          !ServiceSpecs.label(service, ServiceSpecs.RESOURCE)
              .equals(Optional.of(without.toString()));
      if (hub.isPresent() && counts) {
        int gigabytes =
            ServiceSpecs.label(service, ServiceSpecs.GIGABYTES).map(Integer::parseInt).orElse(1);
        sold.merge(hub.get(), gigabytes, Integer::sum);
      }
    }
    return sold;
  }

  /** Opens a further hub: a machine that is there and not in use, else a new one. */
  private Choice grow(Map<String, Integer> ports) {
    Map<String, SwarmNode> nodes = new HashMap<>();
    manager.nodes().forEach(node -> nodes.put(name(node), node));
    List<Machine> list = machines.orElseThrow().list();
    Optional<String> joining = Optional.empty();
    for (Machine machine : list) {
      SwarmNode node = nodes.get(machine.name());
      if (node == null || !isReady(node)) {
        joining = Optional.of(machine.name());
      } else if (mark(node).isEmpty()) {
        manager.updateNode(node, marked(node, options.instance(), SwarmNodeAvailability.ACTIVE));
        LOG.info("{} is a hub from now on", machine.name());
        return new Choice.Placed(new Placement(Optional.of(machine.name()), ports));
      }
    }
    if (joining.isPresent()) {
      return new Choice.NotYet(
          Outcome.inProgress(joining.get() + " is about to join the swarm", JOINING));
    }
    Outcome made = machines.get().create(freeName(list));
    return new Choice.NotYet(
        made instanceof Outcome.Ready
            ? Outcome.inProgress("a further machine is about to join the swarm", JOINING)
            : made);
  }

  private static String freeName(List<Machine> machines) {
    Set<String> taken = new HashSet<>(machines.stream().map(Machine::name).toList());
    for (int i = 1; i <= MACHINES_MAX; i++) {
      if (!taken.contains("hub-" + i)) {
        return "hub-" + i;
      }
    }
    throw new IllegalStateException("there are " + MACHINES_MAX + " machines already");
  }

  /**
   * Lets go of empty hubs that are more than one for what each holds. A hub takes nothing new
   * before it is let go, and is taken back if something came in between.
   */
  synchronized void shrink() {
    if (machines.isEmpty()) {
      return;
    }
    Map<String, Integer> sold =
        sold(manager.servicesOf(options.instance()), new ResourceId(new java.util.UUID(0, 0)));
    int total = sold.values().stream().mapToInt(Integer::intValue).sum();
    int needed = Math.max(1, (total + options.gigabytesPerHub() - 1) / options.gigabytesPerHub());
    List<SwarmNode> nodes = manager.nodes();
    List<SwarmNode> open = open(nodes);
    int more = open.size() - needed;
    for (int i = open.size() - 1; i >= 0 && more > 0; i--) {
      SwarmNode node = open.get(i);
      if (!sold.containsKey(name(node))) {
        manager.updateNode(node, marked(node, retiring(), SwarmNodeAvailability.PAUSE));
        more--;
      }
    }
    for (SwarmNode node : manager.nodes()) {
      if (mark(node).equals(Optional.of(retiring()))) {
        retire(node);
      }
    }
  }

  private void retire(SwarmNode node) {
    boolean empty =
        !sold(manager.servicesOf(options.instance()), new ResourceId(new java.util.UUID(0, 0)))
            .containsKey(name(node));
    if (!empty) {
      manager.updateNode(node, marked(node, options.instance(), SwarmNodeAvailability.ACTIVE));
    } else if (machines.orElseThrow().destroy(name(node)) instanceof Outcome.Ready) {
      manager.updateNode(node, marked(node, "", SwarmNodeAvailability.ACTIVE));
      LOG.info("{} is no hub any more", name(node));
    }
  }

  private String retiring() {
    return options.instance() + "." + RETIRING;
  }

  private List<SwarmNode> open(List<SwarmNode> nodes) {
    return nodes.stream()
        .filter(node -> mark(node).equals(Optional.of(options.instance())) && isReady(node))
        .sorted(Comparator.comparing(Fleet::name))
        .toList();
  }

  private static boolean isReady(SwarmNode node) {
    return node.getStatus() != null && node.getStatus().getState() == SwarmNodeState.READY;
  }

  private static String name(SwarmNode node) {
    String hostname = node.getDescription() == null ? null : node.getDescription().getHostname();
    return hostname == null ? String.valueOf(node.getId()) : hostname;
  }

  private static Optional<String> mark(SwarmNode node) {
    Map<String, String> labels = node.getSpec().getLabels();
    return labels == null ? Optional.empty() : Optional.ofNullable(labels.get(ServiceSpecs.HUB));
  }

  /** An empty word takes the mark away. */
  private static SwarmNodeSpec marked(
      SwarmNode node, String word, SwarmNodeAvailability availability) {
    SwarmNodeSpec old = node.getSpec();
    Map<String, String> labels = new TreeMap<>();
    if (old.getLabels() != null) {
      labels.putAll(old.getLabels());
    }
    labels.remove(ServiceSpecs.HUB);
    if (!word.isEmpty()) {
      labels.put(ServiceSpecs.HUB, word);
    }
    return new SwarmNodeSpec()
        .withName(old.getName())
        .withRole(old.getRole())
        .withAvailability(availability)
        .withLabels(labels);
  }

  /** Those it has, and free ones of the range for those it lacks. */
  private Map<String, Integer> ports(ResourceId id, ContainerWorkload workload, Placement before) {
    Map<String, Integer> ports = new TreeMap<>();
    if (options.ports().isEmpty() || workload.ports().isEmpty()) {
      return ports;
    }
    PortRange range = options.ports().get();
    Set<Integer> taken = new HashSet<>();
    List<Port> lacking = new ArrayList<>();
    for (Port port : workload.ports()) {
      Integer has = before.ports().get(port.name());
      if (has == null) {
        lacking.add(port);
      } else {
        ports.put(port.name(), has);
        taken.add(has);
      }
    }
    if (lacking.isEmpty()) {
      return ports;
    }
    manager.services().forEach(service -> taken.addAll(Placement.of(service).ports().values()));
    // Servers that choose at the same moment start at different places.
    int start = Math.floorMod(id.value().hashCode(), range.size());
    for (Port port : lacking) {
      for (int i = 0; i < range.size() && !ports.containsKey(port.name()); i++) {
        int candidate = range.first() + (start + i) % range.size();
        if (taken.add(candidate)) {
          ports.put(port.name(), candidate);
        }
      }
    }
    return ports;
  }

  /** Where the engine of a hub answers; empty when it is the manager's. */
  Optional<String> dockerHost(String hub) {
    return machines.stream()
        .flatMap(source -> source.list().stream())
        .filter(machine -> machine.name().equals(hub))
        .findFirst()
        .flatMap(Machine::dockerHost);
  }

  /** Where engines answer that may hold something of ours, beside the manager's. */
  List<String> dockerHosts() {
    return machines.stream()
        .flatMap(source -> source.list().stream())
        .flatMap(machine -> machine.dockerHost().stream())
        .distinct()
        .toList();
  }

  @Override
  public void close() {
    machines.ifPresent(Fleet::close);
  }

  private static void close(Machines source) {
    source.close();
  }
}
