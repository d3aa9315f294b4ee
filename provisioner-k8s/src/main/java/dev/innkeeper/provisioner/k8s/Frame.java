package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import dev.innkeeper.provisioner.workload.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What stands around a resource's objects in its namespace: how much it may use, what a container
 * gets that asks for nothing, and whom it may talk to. Immutable.
 */
record Frame(ClusterSettings settings, ResourceSpec spec, String namespace) {
  /** Of each of the frame's objects. */
  static final String NAME = "innkeeper";

  static final String PODS = "pods";

  /** A container's old pod may still be stopping while the new one starts. */
  private static final String PODS_OF_A_CONTAINER = "2";

  private static final long DEFAULT_CPU_MILLIS = 500;
  private static final long DEFAULT_MEMORY_MEGABYTES = 512;
  private static final int DNS_PORT = 53;

  List<HasMetadata> objects() {
    List<HasMetadata> objects = new ArrayList<>();
    objects.add(quota());
    if (spec.workload() instanceof KubernetesProject project) {
      objects.add(defaults(project.quota()));
    }
    if (!settings.closedNetworks().isEmpty()) {
      objects.add(policy());
    }
    return objects;
  }

  ResourceQuota quota() {
    return quota(metadata(), hard());
  }

  static ResourceQuota quota(ObjectMeta metadata, Map<String, Quantity> hard) {
    return new ResourceQuotaBuilder()
        .withMetadata(metadata)
        .withNewSpec()
        .withHard(hard)
        .endSpec()
        .build();
  }

  private Map<String, Quantity> hard() {
    Map<String, Quantity> hard = new TreeMap<>();
    if (spec.workload() instanceof KubernetesProject project) {
      Quantity cpu = millis(project.quota().cpuMillis());
      Quantity memory = megabytes(project.quota().memoryMegabytes());
      hard.put(PODS, new Quantity(String.valueOf(settings.pods().countMax())));
      hard.put("limits.cpu", cpu);
      hard.put("requests.cpu", cpu);
      hard.put("limits.memory", memory);
      hard.put("requests.memory", memory);
      hard.put("requests.storage", megabytes(project.storageMegabytes()));
      hard.put(
          "services.loadbalancers",
          new Quantity(String.valueOf(settings.doors().loadBalancersMax())));
    } else {
      hard.put(PODS, new Quantity(PODS_OF_A_CONTAINER));
    }
    return hard;
  }

  private LimitRange defaults(Resources quota) {
    long cpuMillis = Math.min(quota.cpuMillis(), DEFAULT_CPU_MILLIS);
    long memoryMegabytes = Math.min(quota.memoryMegabytes(), DEFAULT_MEMORY_MEGABYTES);
    Map<String, Quantity> each = new TreeMap<>();
    each.put("cpu", millis(cpuMillis));
    each.put("memory", megabytes(memoryMegabytes));
    Map<String, Quantity> least = new TreeMap<>();
    least.put("cpu", millis(Math.max(1, cpuMillis / 5)));
    least.put("memory", megabytes(Math.max(1, memoryMegabytes / 4)));
    return new LimitRangeBuilder()
        .withMetadata(metadata())
        .withNewSpec()
        .addNewLimit()
        .withType("Container")
        .withDefault(each)
        .withDefaultRequest(least)
        .endLimit()
        .endSpec()
        .build();
  }

  /**
   * In: from itself, from namespaces that are no customer's (an ingress controller's), and from
   * outside. Out: to itself, to the cluster's DNS, and to outside. So not to other customers, to
   * the machines, or to the cloud's metadata.
   */
  private NetworkPolicy policy() {
    List<NetworkPolicyPeer> outside = outside();
    NetworkPolicyPeer itself =
        new NetworkPolicyPeerBuilder().withNewPodSelector().endPodSelector().build();
    NetworkPolicyPeer system =
        new NetworkPolicyPeerBuilder()
            .withNamespaceSelector(
                new LabelSelectorBuilder()
                    .addNewMatchExpression()
                    .withKey(Labels.PROJECT)
                    .withOperator("DoesNotExist")
                    .endMatchExpression()
                    .build())
            .build();
    return new NetworkPolicyBuilder()
        .withMetadata(metadata())
        .withNewSpec()
        .withNewPodSelector()
        .endPodSelector()
        .withPolicyTypes("Ingress", "Egress")
        .addNewIngress()
        .addToFrom(itself, system)
        .addAllToFrom(outside)
        .endIngress()
        .addNewEgress()
        .addToTo(itself)
        .addAllToTo(outside)
        .endEgress()
        .addNewEgress()
        .addToTo(system)
        .addNewPort()
        .withProtocol("UDP")
        .withNewPort(DNS_PORT)
        .endPort()
        .addNewPort()
        .withProtocol("TCP")
        .withNewPort(DNS_PORT)
        .endPort()
        .endEgress()
        .endSpec()
        .build();
  }

  private List<NetworkPolicyPeer> outside() {
    List<String> four = settings.closedNetworks().stream().filter(c -> !c.contains(":")).toList();
    List<String> six = settings.closedNetworks().stream().filter(c -> c.contains(":")).toList();
    return List.of(
        new NetworkPolicyPeerBuilder()
            .withNewIpBlock()
            .withCidr("0.0.0.0/0")
            .withExcept(four)
            .endIpBlock()
            .build(),
        new NetworkPolicyPeerBuilder()
            .withNewIpBlock()
            .withCidr("::/0")
            .withExcept(six)
            .endIpBlock()
            .build());
  }

  private ObjectMeta metadata() {
    return new ObjectMetaBuilder()
        .withName(NAME)
        .withNamespace(namespace)
        .withLabels(Labels.of(spec.ref(), settings.instance()))
        .build();
  }

  static Quantity millis(long cpuMillis) {
    return new Quantity(cpuMillis + "m");
  }

  static Quantity megabytes(long megabytes) {
    return new Quantity(megabytes + "Mi");
  }
}
