package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Brings a resource up, step by step: its namespace, what stands around it, its objects, the note
 * that they are complete, and the replicas that suspension took.
 */
final class Raising {
  private static final Duration NODES_PAUSE = Duration.ofSeconds(10);

  private final Tools tools;
  private final Cluster cluster;
  private final ClusterSettings settings;

  Raising(Tools tools) {
    this.tools = tools;
    this.cluster = tools.cluster();
    this.settings = tools.settings();
  }

  Outcome raise(ResourceSpec spec, String name) {
    Optional<Namespace> found = cluster.namespace(name);
    if (found.isPresent() && !Labels.isOf(found.get(), spec.id())) {
      return Outcome.permanent("the namespace " + name + " is somebody else's");
    }
    if (found.isPresent() && Sight.terminating(found.get())) {
      return Outcome.permanent("this is being removed and can't be started again");
    }
    Optional<String> waits = claimNodes(spec);
    if (waits.isPresent()) {
      return Outcome.inProgress(waits.get(), NODES_PAUSE);
    }
    Optional<String> applied = found.flatMap(ns -> Labels.annotation(ns, Labels.DIGEST));
    Set<ObjectKey> before =
        ObjectKey.read(found.flatMap(ns -> Labels.annotation(ns, Labels.OBJECTS)));
    if (found.isEmpty() || !isMarked(found.get(), Labels.RUNNING)) {
      cluster.apply(namespace(spec, name, applied, before));
    }
    new Frame(settings, spec, name).objects().forEach(this::frame);
    List<HasMetadata> objects = objects(spec, name);
    boolean complete = applied.filter(spec.digest()::equals).isPresent();
    for (HasMetadata object : objects) {
      if (!complete || cluster.find(object).isEmpty()) {
        cluster.apply(object);
      }
    }
    if (!complete) {
      Set<ObjectKey> now =
          objects.stream().map(ObjectKey::of).collect(Collectors.toCollection(TreeSet::new));
      prune(before, now, spec, name);
      cluster.apply(namespace(spec, name, Optional.of(spec.digest()), now));
    }
    tools.replicas().giveBack(name);
    return progress(cluster.namespace(name));
  }

  private Optional<String> claimNodes(ResourceSpec spec) {
    boolean dedicated = settings.nodes() == ClusterSettings.Nodes.DEDICATED;
    return dedicated && spec.workload() instanceof KubernetesProject project
        ? tools.nodePools().claim(spec.id(), project.nodes())
        : Optional.empty();
  }

  private static boolean isMarked(Namespace namespace, String desired) {
    return Labels.annotation(namespace, Labels.DESIRED).filter(desired::equals).isPresent();
  }

  private Namespace namespace(
      ResourceSpec spec, String name, Optional<String> digest, Set<ObjectKey> objects) {
    Map<String, String> labels = new TreeMap<>(Labels.of(spec.ref(), settings.instance()));
    labels.put("pod-security.kubernetes.io/enforce", settings.pods().security());
    Map<String, String> annotations = new TreeMap<>();
    annotations.put(Labels.OWNER, spec.owner());
    annotations.put(Labels.DESIRED, Labels.RUNNING);
    annotations.put(Labels.OBJECTS, ObjectKey.write(objects));
    digest.ifPresent(text -> annotations.put(Labels.DIGEST, text));
    if (settings.nodes() == ClusterSettings.Nodes.DEDICATED
        && spec.workload() instanceof KubernetesProject) {
      // For the admission plugin PodNodeSelector, which holds for pods of the customer's making
      // too.
      annotations.put(
          "scheduler.alpha.kubernetes.io/node-selector", Labels.PROJECT + "=" + spec.id());
    }
    return new NamespaceBuilder()
        .withMetadata(
            new ObjectMetaBuilder()
                .withName(name)
                .withLabels(labels)
                .withAnnotations(annotations)
                .build())
        .build();
  }

  /** Applied when it differs from what we applied last, or was changed where it matters most. */
  private void frame(HasMetadata wanted) {
    String content = Content.digestOf(cluster.serialization().asJson(wanted));
    Optional<HasMetadata> found = cluster.find(wanted);
    boolean same =
        found
            .flatMap(object -> Labels.annotation(object, Labels.CONTENT))
            .filter(content::equals)
            .isPresent();
    if (same && wanted instanceof ResourceQuota quota) {
      same =
          quota
              .getSpec()
              .getHard()
              .equals(((ResourceQuota) found.orElseThrow()).getSpec().getHard());
    }
    if (!same) {
      wanted.getMetadata().setAnnotations(Map.of(Labels.CONTENT, content));
      cluster.apply(wanted);
    }
  }

  private List<HasMetadata> objects(ResourceSpec spec, String name) {
    if (spec.workload() instanceof ContainerWorkload container) {
      return new ContainerObjects(settings, spec, container, name).all();
    }
    return new ProjectObjects(settings, spec, (KubernetesProject) spec.workload(), name)
        .all(cluster.serialization());
  }

  /** What the specification named before and names no more, if nobody made it his own since. */
  private void prune(Set<ObjectKey> before, Set<ObjectKey> now, ResourceSpec spec, String name) {
    for (ObjectKey key : before) {
      if (!now.contains(key)) {
        cluster
            .find(cluster.named(key, name))
            .filter(object -> Labels.isOf(object, spec.id()))
            .ifPresent(cluster::delete);
      }
    }
  }

  private Outcome progress(Optional<Namespace> namespace) {
    if (namespace.isEmpty()) {
      return Outcome.transientFailure("the namespace was removed meanwhile");
    }
    Sight sight = tools.look().apply(namespace.get());
    List<Readiness> workloads = sight.workloads();
    if (workloads.stream().allMatch(Readiness::ready)) {
      return Outcome.ready();
    }
    String message = Readiness.worst(workloads).orElse("starting");
    List<Pod> pods = cluster.pods(namespace.get().getMetadata().getName());
    sight.statefulSets().forEach(statefulSet -> unblock(statefulSet, pods));
    Optional<String> stuck = PodWords.stuck(pods);
    if (stuck.isPresent()) {
      return Outcome.transientFailure(message + ", " + stuck.get());
    }
    boolean failed = workloads.stream().anyMatch(workload -> workload.failure().isPresent());
    return failed
        ? Outcome.transientFailure(message)
        : Outcome.inProgress(message, settings.pause());
  }

  /**
   * A StatefulSet never replaces a pod that did not become ready, so one with a mistake would stay
   * broken when the mistake is put right.
   */
  private void unblock(StatefulSet statefulSet, List<Pod> pods) {
    String update =
        statefulSet.getStatus() == null ? null : statefulSet.getStatus().getUpdateRevision();
    if (update == null) {
      return;
    }
    for (Pod pod : pods) {
      boolean ofThis =
          pod.getMetadata().getOwnerReferences().stream()
              .anyMatch(owner -> owner.getUid().equals(statefulSet.getMetadata().getUid()));
      boolean old =
          Labels.label(pod, "controller-revision-hash").filter(h -> !h.equals(update)).isPresent();
      boolean dying = pod.getMetadata().getDeletionTimestamp() != null;
      if (ofThis && old && !dying && PodWords.stuck(List.of(pod)).isPresent()) {
        cluster.delete(pod);
      }
    }
  }
}
