package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import io.fabric8.kubernetes.api.model.Node;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives projects nodes of their own, by a label: those of the wanted type and location that no
 * project has. Thread-safe; several servers never give one node twice, since a label is set only on
 * the node as it was read.
 */
final class NodePools {
  private static final String TYPE = "node.kubernetes.io/instance-type";
  private static final Set<String> LOCATIONS =
      Set.of("topology.kubernetes.io/region", "topology.kubernetes.io/zone");

  private final Cluster cluster;
  private final Clock clock;

  NodePools(Cluster cluster, Clock clock) {
    this.cluster = cluster;
    this.clock = clock;
  }

  List<Node> of(ResourceId id) {
    return cluster.nodes(Map.of(Labels.PROJECT, id.toString()));
  }

  /**
   * Brings the project to its number of nodes.
   *
   * @return what it still waits for; nothing when it has them
   */
  Optional<String> claim(ResourceId id, KubernetesProject.NodePool wanted) {
    List<Node> own = of(id);
    List<Node> fitting = own.stream().filter(node -> fits(node, wanted)).toList();
    own.stream().filter(node -> !fitting.contains(node)).forEach(this::release);
    fitting.stream().skip(wanted.count()).forEach(this::release);
    int missing = wanted.count() - fitting.size();
    if (missing > 0) {
      List<Node> free = free(wanted).stream().limit(missing).toList();
      free.forEach(node -> give(node, id));
      missing -= free.size();
    }
    return missing <= 0
        ? Optional.empty()
        : Optional.of(
            "waits for "
                + missing
                + " of "
                + wanted.count()
                + " nodes of type "
                + wanted.machineType()
                + " in "
                + wanted.location());
  }

  /** Gives back what a project has. */
  void releaseAll(ResourceId id) {
    of(id).forEach(this::release);
  }

  private List<Node> free(KubernetesProject.NodePool wanted) {
    return cluster.nodes(Map.of(TYPE, wanted.machineType())).stream()
        .filter(node -> fits(node, wanted))
        .filter(node -> Labels.label(node, Labels.PROJECT).isEmpty())
        .filter(
            node ->
                node.getSpec() == null || !Boolean.TRUE.equals(node.getSpec().getUnschedulable()))
        .sorted(Comparator.comparing(node -> node.getMetadata().getName()))
        .toList();
  }

  private static boolean fits(Node node, KubernetesProject.NodePool wanted) {
    return Labels.label(node, TYPE).filter(wanted.machineType()::equals).isPresent()
        && LOCATIONS.stream()
            .anyMatch(
                label -> Labels.label(node, label).filter(wanted.location()::equals).isPresent());
  }

  private void give(Node node, ResourceId id) {
    mark(node, id.toString(), clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private void release(Node node) {
    mark(node, null, null);
  }

  /** With the version that was read: the server refuses when somebody was faster. */
  private void mark(
      Node node,
      @org.jspecify.annotations.Nullable String project,
      @org.jspecify.annotations.Nullable String since) {
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("resourceVersion", node.getMetadata().getResourceVersion());
    metadata.put("labels", java.util.Collections.singletonMap(Labels.PROJECT, project));
    metadata.put("annotations", java.util.Collections.singletonMap(Labels.CLAIMED_AT, since));
    cluster.merge(node, Map.of("metadata", metadata));
  }
}
