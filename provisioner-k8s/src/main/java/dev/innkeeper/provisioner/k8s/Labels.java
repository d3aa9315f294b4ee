package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The words by which our objects are found again, and what we note on them. */
final class Labels {
  /** The resource's id, on everything that belongs to it. What a resource is found by. */
  static final String PROJECT = "innkeeper.dev/project";

  /** Which installation and provisioner made it. */
  static final String INSTANCE = "innkeeper.dev/instance";

  /** The owner's word for it, for people who look at the cluster. Nothing is found by it. */
  static final String NAME = "innkeeper.dev/name";

  /** Annotation of a namespace: the digest of the specification that was applied in full. */
  static final String DIGEST = "innkeeper.dev/spec-digest";

  /** Annotation of a namespace: {@link #RUNNING} or {@link #SUSPENDED}. */
  static final String DESIRED = "innkeeper.dev/desired";

  /** Annotation of a namespace: what was applied into it, one {@link ObjectKey} a line. */
  static final String OBJECTS = "innkeeper.dev/objects";

  /** Annotation of a namespace: whose it is. */
  static final String OWNER = "innkeeper.dev/owner";

  /** Annotation of what we made: a digest of it as we made it, to see whether it has to change. */
  static final String CONTENT = "innkeeper.dev/content";

  /** Annotation of a workload that was scaled to 0 by suspension: how many it had. */
  static final String REPLICAS = "innkeeper.dev/replicas";

  /** Annotation of a node: since when the project has it. */
  static final String CLAIMED_AT = "innkeeper.dev/claimed-at";

  static final String RUNNING = "running";
  static final String SUSPENDED = "suspended";

  private Labels() {}

  /** For everything of one resource. */
  static Map<String, String> of(ResourceRef ref, String instance) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(PROJECT, ref.id().toString());
    labels.put(INSTANCE, instance);
    labels.put(NAME, ref.name());
    return labels;
  }

  static Optional<String> label(HasMetadata object, String name) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null ? Optional.empty() : Optional.ofNullable(labels.get(name));
  }

  static Optional<String> annotation(HasMetadata object, String name) {
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(name));
  }

  static boolean isOf(HasMetadata object, ResourceId id) {
    return label(object, PROJECT).filter(id.toString()::equals).isPresent();
  }
}
