package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Why pods don't come up, in the cluster's words. */
final class PodWords {
  /** What time alone does not heal: the image, the command or the configuration is wrong. */
  private static final Set<String> LASTING =
      Set.of(
          "ImagePullBackOff",
          "ErrImagePull",
          "ErrImageNeverPull",
          "InvalidImageName",
          "CrashLoopBackOff",
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError");

  private PodWords() {}

  /** Why one of them is stuck; nothing when all run or are on their way. */
  static Optional<String> stuck(List<Pod> pods) {
    return pods.stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .flatMap(pod -> waiting(pod).stream())
        .filter(waiting -> LASTING.contains(String.valueOf(waiting.getReason())))
        .map(
            waiting ->
                waiting.getReason()
                    + Optional.ofNullable(waiting.getMessage()).map(text -> ": " + text).orElse(""))
        .findFirst();
  }

  private static List<ContainerStateWaiting> waiting(Pod pod) {
    List<ContainerStateWaiting> waiting = new ArrayList<>();
    if (pod.getStatus() != null) {
      List<ContainerStatus> statuses = new ArrayList<>();
      statuses.addAll(pod.getStatus().getInitContainerStatuses());
      statuses.addAll(pod.getStatus().getContainerStatuses());
      for (ContainerStatus status : statuses) {
        if (status.getState() != null && status.getState().getWaiting() != null) {
          waiting.add(status.getState().getWaiting());
        }
      }
    }
    return waiting;
  }

  /** Whether it may still do anything. */
  static boolean lives(Pod pod) {
    String phase = pod.getStatus() == null ? "" : String.valueOf(pod.getStatus().getPhase());
    return !phase.equals("Succeeded") && !phase.equals("Failed");
  }
}
