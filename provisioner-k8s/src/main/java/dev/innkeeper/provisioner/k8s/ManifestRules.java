package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.SpecProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a customer's manifest may ask for. Kinds are allowed by name; whatever else there is or will
 * be is refused. Immutable.
 */
final class ManifestRules {
  private static final Set<String> KINDS =
      Set.of(
          "v1/ConfigMap",
          "v1/Secret",
          "v1/Service",
          "v1/ServiceAccount",
          "v1/PersistentVolumeClaim",
          "v1/Pod",
          "apps/v1/Deployment",
          "apps/v1/StatefulSet",
          "batch/v1/Job",
          "batch/v1/CronJob",
          "batch/v1beta1/CronJob",
          "autoscaling/v1/HorizontalPodAutoscaler",
          "autoscaling/v2/HorizontalPodAutoscaler",
          "networking.k8s.io/v1/Ingress",
          "policy/v1/PodDisruptionBudget",
          "policy/v1beta1/PodDisruptionBudget");
  private static final Set<String> VOLUMES =
      Set.of(
          "configMap",
          "secret",
          "emptyDir",
          "persistentVolumeClaim",
          "projected",
          "downwardAPI",
          "ephemeral");
  private static final Set<String> CAPABILITIES = Set.of("NET_BIND_SERVICE");

  private final Set<String> kinds;

  /**
   * @param more kinds that the administrator allows beside ours, such as {@code
   *     cert-manager.io/v1/Certificate}
   */
  ManifestRules(Set<String> more) {
    Set<String> all = new TreeSet<>(KINDS);
    all.addAll(more);
    this.kinds = Set.copyOf(all);
  }

  /** What is wrong with one manifest. */
  List<SpecProblem> check(String field, Map<String, Object> object, String ownNamespace) {
    Problems problems = new Problems(field, new ArrayList<>());
    String kind = Manifests.text(object, "apiVersion") + "/" + Manifests.text(object, "kind");
    if (!kinds.contains(kind)) {
      problems.add(
          "",
          "'"
              + kind
              + "' is not allowed in a project; allowed are "
              + String.join(", ", new TreeSet<>(kinds)));
      return problems.found();
    }
    Map<String, Object> metadata = Manifests.map(object, "metadata");
    if (Manifests.text(metadata, "name").isEmpty()) {
      problems.add(".metadata.name", "is missing");
    }
    Object namespace = metadata.get("namespace");
    if (namespace != null && !namespace.equals(ownNamespace)) {
      problems.add(
          ".metadata.namespace",
          "must be left out: everything goes into the project's own namespace, not into '"
              + namespace
              + "'");
    }
    if (metadata.containsKey("ownerReferences") || metadata.containsKey("finalizers")) {
      problems.add(".metadata", "must have neither ownerReferences nor finalizers");
    }
    if (kind.equals("v1/Service") && Manifests.map(object, "spec").containsKey("externalIPs")) {
      problems.add(".spec.externalIPs", "is not allowed: addresses are given by the cluster");
    }
    for (String[] path : PodTemplates.pathsOf(kind)) {
      checkPod(problems.at("." + String.join(".", path)), Manifests.map(object, path));
    }
    return problems.found();
  }

  private static void checkPod(Problems problems, Map<String, Object> pod) {
    for (String key : List.of("hostNetwork", "hostPID", "hostIPC")) {
      if (isOn(pod.get(key))) {
        problems.add("." + key, "is not allowed: it reaches into the machine");
      }
    }
    if (pod.containsKey("nodeName")) {
      problems.add(".nodeName", "is not allowed: it goes past the scheduler");
    }
    if (Manifests.text(pod, "priorityClassName").startsWith("system-")) {
      problems.add(".priorityClassName", "must not be one of the system's");
    }
    if (Manifests.map(pod, "nodeSelector").containsKey(Labels.PROJECT)) {
      problems.add(".nodeSelector", "must not name " + Labels.PROJECT);
    }
    Map<String, Object> security = Manifests.map(pod, "securityContext");
    if (security.containsKey("sysctls")) {
      problems.add(".securityContext.sysctls", "is not allowed");
    }
    checkUnconfined(problems.at(".securityContext"), security);
    for (Map<String, Object> volume : Manifests.list(pod, "volumes")) {
      for (String key : volume.keySet()) {
        if (!key.equals("name") && !VOLUMES.contains(key)) {
          problems.add(
              ".volumes." + key,
              "is not allowed; a volume may be " + String.join(", ", new TreeSet<>(VOLUMES)));
        }
      }
    }
    for (String key : List.of("containers", "initContainers", "ephemeralContainers")) {
      for (Map<String, Object> container : Manifests.list(pod, key)) {
        checkContainer(problems.at("." + key), container);
      }
    }
  }

  private static void checkContainer(Problems problems, Map<String, Object> container) {
    Map<String, Object> security = Manifests.map(container, "securityContext");
    Problems at = problems.at(".securityContext");
    if (isOn(security.get("privileged"))) {
      at.add(".privileged", "is not allowed: a privileged container owns the machine");
    }
    if (isOn(security.get("allowPrivilegeEscalation"))) {
      at.add(".allowPrivilegeEscalation", "is not allowed");
    }
    if (security.containsKey("procMount") && !"Default".equals(security.get("procMount"))) {
      at.add(".procMount", "must be Default");
    }
    if (Manifests.map(security, "capabilities").get("add") instanceof List<?> added) {
      for (Object capability : added) {
        if (!CAPABILITIES.contains(String.valueOf(capability))) {
          at.add(".capabilities.add", "'" + capability + "' is not allowed");
        }
      }
    }
    checkUnconfined(at, security);
    for (Map<String, Object> port : Manifests.list(container, "ports")) {
      Object hostPort = port.get("hostPort");
      if (hostPort != null && !hostPort.equals(0)) {
        problems.add(".ports.hostPort", "is not allowed: use a Service");
      }
    }
  }

  private static void checkUnconfined(Problems problems, Map<String, Object> security) {
    if ("Unconfined".equals(Manifests.map(security, "seccompProfile").get("type"))) {
      problems.add(".seccompProfile", "must not be Unconfined");
    }
    if ("Unconfined".equals(Manifests.map(security, "appArmorProfile").get("type"))) {
      problems.add(".appArmorProfile", "must not be Unconfined");
    }
    if (isOn(Manifests.map(security, "windowsOptions").get("hostProcess"))) {
      problems.add(".windowsOptions.hostProcess", "is not allowed");
    }
  }

  /** Whether it is anything but off: the API server would read some texts as true too. */
  private static boolean isOn(@org.jspecify.annotations.Nullable Object value) {
    return value != null && !Boolean.FALSE.equals(value);
  }

  private record Problems(String field, List<SpecProblem> found) {
    Problems at(String below) {
      return new Problems(field + below, found);
    }

    void add(String below, String message) {
      found.add(new SpecProblem(field + below, message));
    }
  }
}
