package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.SpecProblem;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The objects of a customer's manifests, labelled as ours and made safe. Immutable. */
record ProjectObjects(
    ClusterSettings settings, ResourceSpec spec, KubernetesProject project, String namespace) {
  private static final int OBJECTS_MAX = 500;

  List<SpecProblem> problems() {
    ManifestRules rules = new ManifestRules(settings.allowedKinds());
    List<SpecProblem> problems = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int objects = 0;
    for (int i = 0; i < project.manifests().size(); i++) {
      String field = "manifests[" + i + "]";
      try {
        for (Map<String, Object> object : Manifests.read(project.manifests().get(i))) {
          objects++;
          List<SpecProblem> found = rules.check(field, object, namespace);
          problems.addAll(found);
          String key =
              Manifests.text(object, "kind")
                  + " "
                  + Manifests.text(Manifests.map(object, "metadata"), "name");
          if (found.isEmpty() && !seen.add(key)) {
            problems.add(new SpecProblem(field, "has a second " + key + ": names must differ"));
          }
        }
      } catch (IllegalArgumentException e) {
        problems.add(new SpecProblem(field, String.valueOf(e.getMessage())));
      }
    }
    if (objects > OBJECTS_MAX) {
      problems.add(
          new SpecProblem("manifests", "at most " + OBJECTS_MAX + " objects, were " + objects));
    }
    return problems;
  }

  List<HasMetadata> all(KubernetesSerialization serialization) {
    Map<String, String> labels = Labels.of(spec.ref(), settings.instance());
    List<HasMetadata> objects = new ArrayList<>();
    for (String manifest : project.manifests()) {
      for (Map<String, Object> object : Manifests.read(manifest)) {
        object.remove("status");
        Manifests.makeMap(object, "metadata").put("namespace", namespace);
        PodTemplates.label(object, labels);
        String kind = Manifests.text(object, "apiVersion") + "/" + Manifests.text(object, "kind");
        if (kind.equals("v1/Service")) {
          PodTemplates.nameProtocols(Manifests.map(object, "spec"));
        }
        for (String[] path : PodTemplates.pathsOf(kind)) {
          PodTemplates.secure(Manifests.makeMap(object, path), nodeSelector());
        }
        objects.add(serialization.unmarshal(serialization.asJson(object)));
      }
    }
    return objects;
  }

  private Map<String, String> nodeSelector() {
    Map<String, String> selector = new TreeMap<>(settings.nodeSelector());
    if (settings.nodes() == ClusterSettings.Nodes.DEDICATED) {
      selector.put(Labels.PROJECT, spec.id().toString());
    }
    return selector;
  }
}
