package dev.innkeeper.provisioner.k8s;

import java.util.List;
import java.util.Map;

/** Where in an object there are pods to be. */
final class PodTemplates {
  private PodTemplates() {}

  /** The paths of the pod specifications in an object of this {@code apiVersion/kind}. */
  static List<String[]> pathsOf(String kind) {
    return switch (kind) {
      case "v1/Pod" -> List.<String[]>of(new String[] {"spec"});
      case "apps/v1/Deployment", "apps/v1/StatefulSet", "batch/v1/Job" ->
          List.<String[]>of(new String[] {"spec", "template", "spec"});
      case "batch/v1/CronJob", "batch/v1beta1/CronJob" ->
          List.<String[]>of(new String[] {"spec", "jobTemplate", "spec", "template", "spec"});
      default -> List.of();
    };
  }

  /** Puts the labels on the object and on everything that will be made from it. */
  static void label(Map<String, Object> object, Map<String, String> labels) {
    Manifests.makeMap(object, "metadata", "labels").putAll(labels);
    Map<String, Object> spec = Manifests.map(object, "spec");
    labelTemplate(spec, "template", labels);
    labelTemplate(spec, "jobTemplate", labels);
    labelTemplate(Manifests.map(spec, "jobTemplate", "spec"), "template", labels);
    for (Map<String, Object> claim : Manifests.list(spec, "volumeClaimTemplates")) {
      Manifests.makeMap(claim, "metadata", "labels").putAll(labels);
    }
  }

  private static void labelTemplate(
      Map<String, Object> spec, String key, Map<String, String> labels) {
    if (spec.get(key) instanceof Map<?, ?>) {
      Manifests.makeMap(spec, key, "metadata", "labels").putAll(labels);
    }
  }

  /**
   * Names the protocol of ports, which nobody writes: it is part of a port's key, and servers
   * before 1.21 refuse to apply a key with a part left out.
   */
  static void nameProtocols(Map<String, Object> withPorts) {
    for (Map<String, Object> port : Manifests.list(withPorts, "ports")) {
      port.putIfAbsent("protocol", "TCP");
    }
  }

  /** Gives a pod what is safe where its author said nothing. */
  static void secure(Map<String, Object> pod, Map<String, String> nodeSelector) {
    Manifests.makeMap(pod, "securityContext")
        .putIfAbsent("seccompProfile", Map.of("type", "RuntimeDefault"));
    pod.putIfAbsent("automountServiceAccountToken", false);
    if (!nodeSelector.isEmpty()) {
      Manifests.makeMap(pod, "nodeSelector").putAll(nodeSelector);
    }
    for (String key : List.of("containers", "initContainers")) {
      for (Map<String, Object> container : Manifests.list(pod, key)) {
        nameProtocols(container);
        Manifests.makeMap(container, "securityContext")
            .putIfAbsent("allowPrivilegeEscalation", false);
      }
    }
  }
}
