package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceState;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts a resource to rest or removes it. At rest its quota admits no pod, whoever asks: rights in
 * the namespace don't reach the quota.
 */
final class Resting {

  /** Controllers that we scale to 0, and which remove their pods themselves. */
  private static final Set<String> SCALED = Set.of("ReplicaSet", "StatefulSet");

  private final Tools tools;
  private final Cluster cluster;
  private final ClusterSettings settings;

  Resting(Tools tools) {
    this.tools = tools;
    this.cluster = tools.cluster();
    this.settings = tools.settings();
  }

  Outcome rest(ResourceRef ref, Namespace namespace) {
    if (Sight.terminating(namespace)) {
      return Outcome.permanent("this is being removed");
    }
    String name = namespace.getMetadata().getName();
    Sight sight = tools.look().apply(namespace);
    boolean marked = sight.wantsToRest();
    if (!marked) {
      cluster.merge(
          namespace,
          Map.of("metadata", Map.of("annotations", Map.of(Labels.DESIRED, Labels.SUSPENDED))));
    }
    if (!isClosed(sight.quota())) {
      cluster.apply(closed(ref, name, sight.quota()));
    }
    tools.replicas().takeAway(name);
    if (!marked || !sight.closed()) {
      // Until the quota controller has taken it in, a new pod might still get past it.
      return Outcome.inProgress("closing its quota", settings.pause());
    }
    List<Pod> pods = cluster.pods(name);
    pods.stream().filter(Resting::staysByItself).forEach(cluster::delete);
    if (pods.stream().anyMatch(PodWords::lives)) {
      return Outcome.inProgress("stopping", settings.pause());
    }
    if (sight.observation().state() != ResourceState.SUSPENDED) {
      return Outcome.inProgress("stopping: the cluster still counts its pods", settings.pause());
    }
    if (settings.nodes() == ClusterSettings.Nodes.DEDICATED) {
      tools.nodePools().releaseAll(ref.id());
    }
    return Outcome.ready();
  }

  private static boolean isClosed(Optional<ResourceQuota> quota) {
    return quota
        .map(q -> q.getSpec().getHard().get(Frame.PODS))
        .filter(pods -> pods.getNumericalAmount().signum() == 0)
        .isPresent();
  }

  /** The quota as it is, but for pods. */
  private ResourceQuota closed(ResourceRef ref, String namespace, Optional<ResourceQuota> quota) {
    Map<String, Quantity> hard =
        quota.map(q -> new TreeMap<>(q.getSpec().getHard())).orElseGet(TreeMap::new);
    hard.put(Frame.PODS, new Quantity("0"));
    return Frame.quota(
        new ObjectMetaBuilder()
            .withName(Frame.NAME)
            .withNamespace(namespace)
            .withLabels(Labels.of(ref, settings.instance()))
            .build(),
        hard);
  }

  /** A pod that no controller of those at 0 will remove: made by hand, by a Job, by an operator. */
  private static boolean staysByItself(Pod pod) {
    boolean dying = pod.getMetadata().getDeletionTimestamp() != null;
    return !dying
        && PodWords.lives(pod)
        && pod.getMetadata().getOwnerReferences().stream()
            .map(OwnerReference::getKind)
            .noneMatch(SCALED::contains);
  }

  Outcome remove(Namespace namespace) {
    if (!Sight.terminating(namespace)) {
      cluster.delete(namespace);
    }
    return Outcome.inProgress(Sight.removal(namespace), settings.pause());
  }
}
