package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.Faults;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.Workload;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/**
 * A cluster as its administrator sees it: the simulated one and real ones have this in common.
 * Whatever the provisioner is asked, the client here asks the API server itself.
 */
abstract class KubernetesWorld implements ContractWorld {
  final Workloads workloads;

  KubernetesWorld(Workloads workloads) {
    this.workloads = workloads;
  }

  /** What is run: the same program in the words of either kind of workload. */
  interface Workloads {
    Workload of(long memoryMegabytes);

    default Workload refused() {
      return new KubernetesProject(
          new KubernetesProject.NodePool("here", "any", 1),
          new Resources(1000, 512),
          1024,
          List.of(
              """
              apiVersion: v1
              kind: Pod
              metadata: {name: escape}
              spec:
                containers:
                - {name: a, image: i, securityContext: {privileged: true}}
              """));
    }
  }

  /** A client of the world's own. */
  abstract KubernetesClient admin();

  /** A client for the provisioner, which closes it. */
  abstract KubernetesClient connect();

  abstract Map<String, String> settings();

  /** How long to wait between two looks. */
  abstract Duration pause();

  @Override
  public Provisioner open(Faults faults) {
    return open(faults, Map.of());
  }

  Provisioner open(Faults faults, Map<String, String> more) {
    return open(connect(), faults, more);
  }

  Provisioner open(KubernetesClient client, Faults faults, Map<String, String> more) {
    Map<String, String> texts = new TreeMap<>(settings());
    texts.put(ClusterSettings.KUBECONFIG, ClusterSettings.IN_CLUSTER);
    texts.putAll(more);
    ProvisionerContext context =
        new ProvisionerContext(
            "contract",
            Path.of("target"),
            Clock.systemUTC(),
            ClusterSettings.SCHEMA.read("", texts));
    return new KubernetesProvisioner(
        new FaultyCluster(client, faults),
        ClusterSettings.of(context.instance(), context.settings()).withPause(pause()),
        context.clock());
  }

  @Override
  public Workload workload() {
    return workloads.of(32);
  }

  @Override
  public Optional<Workload> changedWorkload() {
    return Optional.of(workloads.of(48));
  }

  @Override
  public Workload refusedWorkload() {
    return workloads.refused();
  }

  @Override
  public int copies(ResourceRef ref) {
    return admin()
        .namespaces()
        .withLabel(Labels.PROJECT, ref.id().toString())
        .list()
        .getItems()
        .size();
  }

  List<Pod> pods(ResourceRef ref) {
    return admin()
        .pods()
        .inAnyNamespace()
        .withLabel(Labels.PROJECT, ref.id().toString())
        .list()
        .getItems();
  }

  static String namespaceOf(ResourceRef ref) {
    return "contract-" + ref.id();
  }

  /** A cluster whose every change can go wrong. */
  private static final class FaultyCluster extends Cluster {
    private final Faults faults;

    FaultyCluster(KubernetesClient client, Faults faults) {
      super(client);
      this.faults = faults;
    }

    @Override
    void effect(Callable<?> change) {
      super.effect(() -> faults.effect(change));
    }
  }
}
