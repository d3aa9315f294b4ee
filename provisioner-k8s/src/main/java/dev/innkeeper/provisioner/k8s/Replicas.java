package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scales all workloads of a namespace to 0 and back, its customer's own too, and pauses its cron
 * jobs. How many there were is noted on each in the same request that scales it, so no crash loses
 * it.
 */
final class Replicas {
  private static final int REPLICAS_MAX = 1000;
  private static final int NOT_FOUND = 404;

  private final Cluster cluster;

  Replicas(Cluster cluster) {
    this.cluster = cluster;
  }

  private record Scaled(HasMetadata object, int replicas) {}

  void takeAway(String namespace) {
    for (HasMetadata cronJob : cronJobs(namespace)) {
      if (!isPaused(cronJob)) {
        pause(cronJob, Optional.of("1"));
      }
    }
    for (Scaled workload : workloads(namespace)) {
      if (workload.replicas() > 0) {
        // What was noted first counts: a number that its owner set since could be anything.
        String count =
            Labels.annotation(workload.object(), Labels.REPLICAS)
                .orElse(String.valueOf(workload.replicas()));
        scale(workload.object(), 0, Optional.of(count));
      }
    }
  }

  void giveBack(String namespace) {
    resumeCronJobs(namespace);
    for (Scaled workload : workloads(namespace)) {
      Optional<String> noted = Labels.annotation(workload.object(), Labels.REPLICAS);
      if (noted.isPresent()) {
        int replicas = workload.replicas() > 0 ? workload.replicas() : number(noted.get());
        scale(workload.object(), replicas, Optional.empty());
      }
    }
  }

  /** Those that ran when suspension came, and no others. */
  private void resumeCronJobs(String namespace) {
    for (HasMetadata cronJob : cronJobs(namespace)) {
      if (Labels.annotation(cronJob, Labels.REPLICAS).isPresent()) {
        pause(cronJob, Optional.empty());
      }
    }
  }

  /** Paused as long as there is a note of it. */
  private void pause(HasMetadata cronJob, Optional<String> note) {
    cluster.merge(cronJob, changes(note, Map.of("suspend", note.isPresent())));
  }

  private static boolean isPaused(HasMetadata cronJob) {
    return cronJob instanceof CronJob one
        ? Boolean.TRUE.equals(one.getSpec().getSuspend())
        : cronJob instanceof io.fabric8.kubernetes.api.model.batch.v1beta1.CronJob old
            && Boolean.TRUE.equals(old.getSpec().getSuspend());
  }

  /** Before Kubernetes 1.21 they were of another version, and since 1.25 they are of one only. */
  private List<HasMetadata> cronJobs(String namespace) {
    List<HasMetadata> found = new ArrayList<>();
    try {
      found.addAll(
          cluster.client().batch().v1().cronjobs().inNamespace(namespace).list().getItems());
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        throw e;
      }
      found.addAll(
          cluster.client().batch().v1beta1().cronjobs().inNamespace(namespace).list().getItems());
    }
    return found;
  }

  /** Whoever can write to the workload can write to its annotation. */
  private static int number(String noted) {
    try {
      return Math.max(1, Math.min(REPLICAS_MAX, Integer.parseInt(noted)));
    } catch (NumberFormatException e) {
      return 1;
    }
  }

  private void scale(HasMetadata object, int replicas, Optional<String> note) {
    cluster.merge(object, changes(note, Map.of("replicas", replicas)));
  }

  private static Map<String, Object> changes(Optional<String> note, Map<String, Object> spec) {
    return Map.of(
        "metadata",
        Map.of("annotations", Collections.singletonMap(Labels.REPLICAS, note.orElse(null))),
        "spec",
        spec);
  }

  private List<Scaled> workloads(String namespace) {
    List<Scaled> workloads = new ArrayList<>();
    for (Deployment each :
        cluster.client().apps().deployments().inNamespace(namespace).list().getItems()) {
      workloads.add(new Scaled(each, count(each.getSpec().getReplicas())));
    }
    for (StatefulSet each :
        cluster.client().apps().statefulSets().inNamespace(namespace).list().getItems()) {
      workloads.add(new Scaled(each, count(each.getSpec().getReplicas())));
    }
    for (ReplicaSet each :
        cluster.client().apps().replicaSets().inNamespace(namespace).list().getItems()) {
      if (each.getMetadata().getOwnerReferences().isEmpty()) {
        workloads.add(new Scaled(each, count(each.getSpec().getReplicas())));
      }
    }
    return workloads;
  }

  private static int count(@org.jspecify.annotations.Nullable Integer replicas) {
    return replicas == null ? 1 : replicas;
  }
}
