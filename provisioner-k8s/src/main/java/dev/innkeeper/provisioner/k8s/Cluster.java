package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Listable;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What is asked of the API server. Everything that changes the cluster goes through {@link
 * #effect}. Thread-safe.
 */
class Cluster implements AutoCloseable {
  static final String FIELD_MANAGER = "innkeeper";
  private static final long PAGE = 500;

  private final KubernetesClient client;

  Cluster(KubernetesClient client) {
    this.client = client;
  }

  /** Does one change; here a test has it go wrong. */
  void effect(Callable<?> change) {
    try {
      change.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** For what only looks. */
  KubernetesClient client() {
    return client;
  }

  KubernetesSerialization serialization() {
    return client.getKubernetesSerialization();
  }

  Optional<Namespace> namespace(String name) {
    return Optional.ofNullable(client.namespaces().withName(name).get());
  }

  /** The object as it is, if it is. */
  <T extends HasMetadata> Optional<T> find(T object) {
    return Optional.ofNullable(client.resource(object).get());
  }

  /**
   * Makes an object what it should be, whoever changed it: fields that we name are ours, others
   * stay as they are.
   */
  void apply(HasMetadata object) {
    effect(
        () ->
            client.resource(object).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply());
  }

  /** Changes some fields of an object that is there, all at once or none. */
  void merge(HasMetadata object, Map<String, ?> changes) {
    String patch = serialization().asJson(changes);
    PatchContext how =
        new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(FIELD_MANAGER)
            .build();
    effect(() -> client.resource(object).patch(how, patch));
  }

  /** Begins to delete; what is gone already is no failure. */
  void delete(HasMetadata object) {
    effect(() -> client.resource(object).delete());
  }

  /** What a key names in a namespace, as far as that is known without looking. */
  HasMetadata named(ObjectKey key, String namespace) {
    return serialization()
        .unmarshal(
            serialization()
                .asJson(
                    Map.of(
                        "apiVersion", key.apiVersion(),
                        "kind", key.kind(),
                        "metadata", Map.of("name", key.name(), "namespace", namespace))));
  }

  List<Pod> pods(String namespace) {
    return client.pods().inNamespace(namespace).list().getItems();
  }

  List<Node> nodes(Map<String, String> labels) {
    return client.nodes().withLabels(labels).list().getItems();
  }

  /** Calls for each of a list that may be long, page by page. */
  static <T extends HasMetadata, L extends KubernetesResourceList<T>> void each(
      Listable<L> found, Consumer<T> each) {
    String page = null;
    do {
      L list = found.list(new ListOptionsBuilder().withLimit(PAGE).withContinue(page).build());
      list.getItems().forEach(each);
      page = list.getMetadata() == null ? null : list.getMetadata().getContinue();
    } while (page != null && !page.isEmpty());
  }

  /** A list that may be long, by namespace. */
  static <T extends HasMetadata, L extends KubernetesResourceList<T>> Map<String, List<T>> grouped(
      Listable<L> found) {
    Map<String, List<T>> groups = new java.util.HashMap<>();
    Function<T, List<T>> group =
        item -> groups.computeIfAbsent(item.getMetadata().getNamespace(), n -> new ArrayList<>());
    each(found, (T item) -> group.apply(item).add(item));
    return groups;
  }

  @Override
  public void close() {
    client.close();
  }
}
