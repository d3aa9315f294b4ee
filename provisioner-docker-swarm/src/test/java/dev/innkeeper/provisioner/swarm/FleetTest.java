package dev.innkeeper.provisioner.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.ServiceSpec;
import com.github.dockerjava.api.model.SwarmNode;
import com.github.dockerjava.api.model.SwarmNodeAvailability;
import com.github.dockerjava.api.model.SwarmNodeDescription;
import com.github.dockerjava.api.model.SwarmNodeSpec;
import com.github.dockerjava.api.model.SwarmNodeState;
import com.github.dockerjava.api.model.SwarmNodeStatus;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.swarm.hub.Inventory;
import dev.innkeeper.provisioner.swarm.hub.Machine;
import dev.innkeeper.provisioner.swarm.hub.Machines;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.Port;
import dev.innkeeper.provisioner.workload.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** One pub for each gigabyte of a hub, one hub for each 15 GB. */
class FleetTest {
  private static final String INSTANCE = "pubs";
  private static final long SEED = 20261121L;

  private final Swarm swarm = new Swarm();

  @Test
  void fifteenPubsFillAHubAndTheNextOpensAnother() {
    Fleet fleet = fleet(inventory("a", "b"));
    swarm.join("a", "b");
    for (int i = 0; i < 15; i++) {
      assertThat(start(fleet, 1)).isEqualTo("a");
    }
    assertThat(swarm.hubs()).containsExactly("a");
    assertThat(start(fleet, 1)).isEqualTo("b");
    assertThat(swarm.hubs()).containsExactly("a", "b");
  }

  @Test
  void aPubOfSeveralGigabytesTakesAsManyPlaces() {
    Fleet fleet = fleet(inventory("a", "b"));
    swarm.join("a", "b");
    assertThat(start(fleet, 8)).isEqualTo("a");
    assertThat(start(fleet, 8)).isEqualTo("b");
    assertThat(start(fleet, 7)).isEqualTo("a");
    assertThat(refusal(fleet, 16).message()).contains("16 GB are more than the 15 GB of a hub");
  }

  @Test
  void whatIsChangedStaysWhereItsDataIs() {
    Fleet fleet = fleet(inventory("a", "b"));
    swarm.join("a", "b");
    ResourceId first = new ResourceId(UUID.randomUUID());
    swarm.run(first, placed(fleet, first, workload(1)), workload(1));
    for (int i = 0; i < 13; i++) {
      assertThat(start(fleet, 1)).isEqualTo("a");
    }
    Service service = swarm.service(first);
    assertThat(fleet.refusal(first, workload(2), service)).isEmpty();
    assertThat(fleet.refusal(first, workload(3), service))
        .hasValueSatisfying(
            why -> assertThat(why).contains("its data is on a", "13 of 15 GB", "room for 3 GB"));
    assertThat(fleet.place(first, workload(3), Optional.of(service)))
        .isInstanceOf(Fleet.Choice.NotYet.class);
  }

  @Test
  void aFullInventorySaysWhatTheOperatorHasToDo() {
    Fleet fleet = fleet(inventory("a"));
    swarm.join("a");
    start(fleet, 15);
    Outcome.Failed full = refusal(fleet, 1);
    assertThat(full.message()).contains("all 1 machines of the inventory are full", "hubMachines");
    assertThat(full.retryable()).isFalse();
  }

  @Test
  void aMachineThatHasNotJoinedIsWaitedFor() {
    Fleet fleet = fleet(inventory("a"));
    assertThat(fleet.place(new ResourceId(UUID.randomUUID()), workload(1), Optional.empty()))
        .isInstanceOfSatisfying(
            Fleet.Choice.NotYet.class,
            notYet -> assertThat(notYet.outcome()).isInstanceOf(Outcome.InProgress.class));
    swarm.join("a");
    assertThat(start(fleet, 1)).isEqualTo("a");
  }

  @Test
  void machinesAreMadeWhenNeededAndDestroyedWhenEmpty() {
    Cloud cloud = new Cloud();
    Fleet fleet = fleet(cloud);
    ResourceId first = new ResourceId(UUID.randomUUID());
    assertThat(fleet.place(first, workload(10), Optional.empty()))
        .isInstanceOf(Fleet.Choice.NotYet.class);
    assertThat(cloud.made).containsExactly("hub-1");
    // Asked again before it has joined: no second one.
    assertThat(fleet.place(first, workload(10), Optional.empty()))
        .isInstanceOf(Fleet.Choice.NotYet.class);
    assertThat(cloud.made).containsExactly("hub-1");
    swarm.join("hub-1");
    swarm.run(first, placed(fleet, first, workload(10)), workload(10));

    ResourceId second = new ResourceId(UUID.randomUUID());
    assertThat(fleet.place(second, workload(10), Optional.empty()))
        .isInstanceOf(Fleet.Choice.NotYet.class);
    swarm.join("hub-2");
    swarm.run(second, placed(fleet, second, workload(10)), workload(10));
    assertThat(cloud.made).containsExactly("hub-1", "hub-2");

    fleet.shrink();
    assertThat(swarm.hubs()).containsExactly("hub-1", "hub-2");
    swarm.remove(first);
    cloud.next = Outcome.inProgress("shutting down", Duration.ofSeconds(1));
    fleet.shrink();
    assertThat(swarm.hubs()).containsExactly("hub-2");
    assertThat(cloud.made).containsExactly("hub-1", "hub-2");
    cloud.next = Outcome.ready();
    fleet.shrink();
    assertThat(cloud.made).containsExactly("hub-2");
    swarm.remove(second);
    fleet.shrink();
    assertThat(swarm.hubs()).as("one stays, for the next customer").containsExactly("hub-2");
  }

  @Test
  void aHubThatGotSomethingWhileItWasLetGoIsTakenBack() {
    Cloud cloud = new Cloud();
    Fleet fleet = fleet(cloud);
    cloud.made.addAll(List.of("a", "b"));
    swarm.join("a", "b");
    start(fleet, 15);
    start(fleet, 1);
    ResourceId gone = swarm.services().stream().map(Swarm::id).toList().get(1);
    Service late = swarm.service(gone);
    swarm.remove(gone);
    cloud.next = Outcome.transientFailure("try again");
    fleet.shrink();
    assertThat(swarm.hubs()).containsExactly("a");
    swarm.services.put(gone, late);
    fleet.shrink();
    assertThat(swarm.hubs()).containsExactly("a", "b");
  }

  @Test
  void withoutHubsTheSwarmPlaces() {
    Fleet fleet =
        new Fleet(swarm, new Fleet.Options(INSTANCE, 15, Optional.empty()), Optional.empty());
    assertThat(fleet.place(new ResourceId(UUID.randomUUID()), workload(100), Optional.empty()))
        .isEqualTo(new Fleet.Choice.Placed(new Placement(Optional.empty(), Map.of())));
  }

  @Test
  void publishedPortsDifferAndStay() {
    Fleet fleet =
        new Fleet(
            swarm,
            new Fleet.Options(INSTANCE, 15, Optional.of(new Fleet.PortRange(30_000, 30_002))),
            Optional.empty());
    ContainerWorkload pub =
        ContainerWorkload.builder("pub", new Resources(100, 64))
            .port(new Port("http", 8080, Port.Protocol.HTTP))
            .build();
    Map<ResourceId, Integer> chosen = new HashMap<>();
    for (int i = 0; i < 3; i++) {
      ResourceId id = new ResourceId(UUID.randomUUID());
      Placement placement = placed(fleet, id, pub);
      swarm.run(id, placement, pub);
      chosen.put(id, placement.ports().get("http"));
    }
    assertThat(chosen.values()).containsExactlyInAnyOrder(30_000, 30_001, 30_002);
    chosen.forEach(
        (id, port) ->
            assertThat(
                    ((Fleet.Choice.Placed) fleet.place(id, pub, Optional.of(swarm.service(id))))
                        .placement()
                        .ports())
                .containsEntry("http", port));
  }

  /** Whatever comes and goes: no hub is oversold, nothing moves, and no hub too many is kept. */
  @Test
  void noHubIsEverOversold() {
    Random random = new Random(SEED);
    Cloud cloud = new Cloud();
    Fleet fleet = fleet(cloud);
    for (int step = 0; step < 2_000; step++) {
      if (random.nextInt(100) < 55) {
        ContainerWorkload workload = workload(1 + random.nextInt(4));
        ResourceId id = new ResourceId(new UUID(random.nextLong(), random.nextLong()));
        Fleet.Choice choice = fleet.place(id, workload, Optional.empty());
        if (choice instanceof Fleet.Choice.Placed placed) {
          swarm.run(id, placed.placement(), workload);
        }
        cloud.made.forEach(swarm::join);
      } else if (!swarm.services.isEmpty()) {
        List<ResourceId> ids = new ArrayList<>(swarm.services.keySet());
        swarm.remove(ids.get(random.nextInt(ids.size())));
        fleet.shrink();
      }
      assertThat(swarm.sold().values()).as("seed %d, step %d", SEED, step).allMatch(gb -> gb <= 15);
      assertThat(swarm.hubs())
          .as("seed %d, step %d", SEED, step)
          .containsAll(swarm.sold().keySet());
    }
  }

  // --- words ----------------------------------------------------------------------------------

  private Fleet fleet(Machines machines) {
    return new Fleet(
        swarm, new Fleet.Options(INSTANCE, 15, Optional.empty()), Optional.of(machines));
  }

  private static Machines inventory(String... names) {
    return new Inventory().open(String.join(",", names));
  }

  private static ContainerWorkload workload(int gigabytes) {
    return ContainerWorkload.builder("pub", new Resources(100, gigabytes * 1024L)).build();
  }

  private static Placement placed(Fleet fleet, ResourceId id, ContainerWorkload workload) {
    return ((Fleet.Choice.Placed) fleet.place(id, workload, Optional.empty())).placement();
  }

  /** Returns the hub it was put on. */
  private String start(Fleet fleet, int gigabytes) {
    ResourceId id = new ResourceId(UUID.randomUUID());
    Placement placement = placed(fleet, id, workload(gigabytes));
    swarm.run(id, placement, workload(gigabytes));
    return placement.hub().orElseThrow();
  }

  private static Outcome.Failed refusal(Fleet fleet, int gigabytes) {
    Fleet.Choice choice =
        fleet.place(new ResourceId(UUID.randomUUID()), workload(gigabytes), Optional.empty());
    return (Outcome.Failed) ((Fleet.Choice.NotYet) choice).outcome();
  }

  /** Machines that are made and destroyed as asked. */
  private static final class Cloud implements Machines {
    final List<String> made = new ArrayList<>();
    Outcome next = Outcome.ready();

    @Override
    public List<Machine> list() {
      return made.stream().map(name -> new Machine(name, Optional.empty())).toList();
    }

    @Override
    public Outcome create(String name) {
      if (!made.contains(name)) {
        made.add(name);
      }
      return Outcome.ready();
    }

    @Override
    public Outcome destroy(String name) {
      if (next instanceof Outcome.Ready) {
        made.remove(name);
      }
      return next;
    }
  }

  /** What a manager would say. */
  private static final class Swarm implements Cluster {
    final Map<String, SwarmNode> nodes = new TreeMap<>();
    final Map<ResourceId, Service> services = new LinkedHashMap<>();

    void join(String... names) {
      for (String name : names) {
        nodes.computeIfAbsent(
            name,
            hostname ->
                new SwarmNode()
                    .withId(hostname)
                    .withSpec(new SwarmNodeSpec().withAvailability(SwarmNodeAvailability.ACTIVE))
                    .withDescription(new SwarmNodeDescription().withHostname(hostname))
                    .withStatus(new SwarmNodeStatus().withState(SwarmNodeState.READY)));
      }
    }

    void run(ResourceId id, Placement placement, ContainerWorkload workload) {
      ResourceSpec spec = new ResourceSpec(new ResourceRef(id, "pub"), "owner", workload);
      ServiceSpec service =
          new ServiceSpecs(INSTANCE, Duration.ofSeconds(1)).of(spec, workload, placement);
      services.put(id, new Service().withSpec(service));
    }

    void remove(ResourceId id) {
      services.remove(id);
    }

    Service service(ResourceId id) {
      return services.get(id);
    }

    static ResourceId id(Service service) {
      return ResourceId.parse(ServiceSpecs.label(service, ServiceSpecs.RESOURCE).orElseThrow());
    }

    List<String> hubs() {
      return nodes.values().stream()
          .filter(
              node ->
                  node.getSpec().getLabels() != null
                      && INSTANCE.equals(node.getSpec().getLabels().get(ServiceSpecs.HUB)))
          .map(SwarmNode::getId)
          .toList();
    }

    Map<String, Integer> sold() {
      Map<String, Integer> sold = new TreeMap<>();
      for (Service service : services.values()) {
        sold.merge(
            ServiceSpecs.label(service, ServiceSpecs.HUB).orElseThrow(),
            Integer.parseInt(ServiceSpecs.label(service, ServiceSpecs.GIGABYTES).orElseThrow()),
            Integer::sum);
      }
      return sold;
    }

    @Override
    public List<SwarmNode> nodes() {
      return List.copyOf(nodes.values());
    }

    @Override
    public void updateNode(SwarmNode read, SwarmNodeSpec spec) {
      nodes.put(
          read.getId(),
          new SwarmNode()
              .withId(read.getId())
              .withSpec(spec)
              .withDescription(read.getDescription())
              .withStatus(read.getStatus()));
    }

    @Override
    public List<Service> services() {
      return List.copyOf(services.values());
    }

    @Override
    public List<Service> servicesOf(String instance) {
      return services();
    }
  }
}
