package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a workload is.
 *
 * @param message how many of its pods are ready
 * @param failure why it won't be ready, in the cluster's words; empty while it may be
 */
record Readiness(boolean ready, String message, Optional<String> failure) {

  static Readiness of(Deployment deployment) {
    int wanted = count(deployment.getSpec().getReplicas(), 1);
    DeploymentStatus status = deployment.getStatus();
    if (status == null) {
      return of("Deployment " + deployment.getMetadata().getName(), wanted, 0, Optional.empty());
    }
    boolean current =
        isCurrent(status.getObservedGeneration(), deployment.getMetadata().getGeneration());
    int available =
        Math.min(count(status.getAvailableReplicas(), 0), count(status.getUpdatedReplicas(), 0));
    boolean leftOvers = count(status.getReplicas(), 0) > wanted;
    Optional<String> failure =
        status.getConditions().stream()
            .filter(c -> "Progressing".equals(c.getType()) && "False".equals(c.getStatus()))
            .map(c -> c.getReason() + ": " + c.getMessage())
            .findFirst();
    return of(
        "Deployment " + deployment.getMetadata().getName(),
        wanted,
        current && !leftOvers ? available : Math.min(available, wanted - 1),
        failure.filter(words -> current));
  }

  static Readiness of(StatefulSet statefulSet) {
    int wanted = count(statefulSet.getSpec().getReplicas(), 1);
    String name = "StatefulSet " + statefulSet.getMetadata().getName();
    StatefulSetStatus status = statefulSet.getStatus();
    if (status == null) {
      return of(name, wanted, 0, Optional.empty());
    }
    boolean current =
        isCurrent(status.getObservedGeneration(), statefulSet.getMetadata().getGeneration());
    int ready =
        Math.min(count(status.getReadyReplicas(), 0), count(status.getUpdatedReplicas(), 0));
    return of(name, wanted, current ? ready : Math.min(ready, wanted - 1), Optional.empty());
  }

  private static Readiness of(String name, int wanted, int ready, Optional<String> failure) {
    String message = name + ": " + Math.max(0, ready) + " of " + wanted + " ready";
    return new Readiness(ready >= wanted, message, failure);
  }

  /**
   * What to say of several: a failure before what only takes its time; nothing when all is well.
   */
  static Optional<String> worst(List<Readiness> workloads) {
    return workloads.stream()
        .filter(workload -> workload.failure().isPresent())
        .map(workload -> workload.message() + ", " + workload.failure().orElseThrow())
        .findFirst()
        .or(() -> workloads.stream().filter(w -> !w.ready()).map(Readiness::message).findFirst());
  }

  private static boolean isCurrent(@Nullable Long observed, @Nullable Long generation) {
    return generation == null || (observed != null && observed >= generation);
  }

  private static int count(@Nullable Integer number, int otherwise) {
    return number == null ? otherwise : number;
  }
}
