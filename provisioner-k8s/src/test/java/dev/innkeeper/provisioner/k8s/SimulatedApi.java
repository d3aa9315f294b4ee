package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Answers for fabric8's mock server what its own dispatcher does not know: server-side apply,
 * quotas at admission, namespaces that take their time to go, and controllers that make pods. Each
 * request moves the controllers on by one step, so that what takes time on a cluster takes requests
 * here.
 */
final class SimulatedApi extends Dispatcher {
  private static final int STEPS_OF_A_REMOVAL = 4;

  private final KubernetesSerialization serialization = new KubernetesSerialization();
  private final Map<ApiPath, Map<String, Object>> objects = new TreeMap<>();
  private final Map<ApiPath, Map<String, Object>> applied = new HashMap<>();
  private final Map<String, Integer> removals = new HashMap<>();

  /** Methods and paths of what changed something, in order. */
  final List<String> changes = new CopyOnWriteArrayList<>();

  private long version;
  private int failuresLeft;

  /** Has the next requests answered with 503, as by a server that is being replaced. */
  synchronized void failNext(int requests) {
    failuresLeft = requests;
  }

  @Override
  public synchronized MockResponse dispatch(RecordedRequest request) {
    if (failuresLeft > 0) {
      failuresLeft--;
      return status(503, "ServiceUnavailable", "the server is currently unable to handle it");
    }
    try {
      String[] parts = request.getPath().split("\\?", 2);
      ApiPath path = ApiPath.of(parts[0]);
      String query = parts.length < 2 ? "" : parts[1];
      String method = request.method().name();
      MockResponse answer = answer(method, path, query, request);
      if (!method.equals("GET")) {
        changes.add(method + " " + parts[0]);
      }
      step();
      return answer;
    } catch (Refusal refusal) {
      return status(refusal.code, refusal.reason, refusal.getMessage());
    }
  }

  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int code;
    private final String reason;

    Refusal(int code, String reason, String message) {
      super(message);
      this.code = code;
      this.reason = reason;
    }
  }

  private MockResponse answer(String method, ApiPath path, String query, RecordedRequest request) {
    return switch (method) {
      case "GET" -> path.name().isEmpty() ? list(path, query) : json(200, require(path));
      case "POST" -> post(path, body(request));
      case "PUT" -> {
        require(path);
        yield json(200, store(path, body(request)));
      }
      case "PATCH" -> patch(path, body(request), request.getHeader("Content-Type"));
      case "DELETE" -> delete(path);
      default -> throw new Refusal(405, "MethodNotAllowed", method);
    };
  }

  private MockResponse post(ApiPath path, Map<String, Object> body) {
    ApiPath own = path.named(Manifests.text(Manifests.map(body, "metadata"), "name"));
    if (objects.containsKey(own)) {
      throw new Refusal(409, "AlreadyExists", own + " already exists");
    }
    return json(201, create(own, body));
  }

  private MockResponse patch(ApiPath path, Map<String, Object> body, String type) {
    if (type.startsWith("application/apply-patch")) {
      Map<String, Object> before = applied.put(path, copy(body));
      if (!objects.containsKey(path)) {
        return json(201, create(path, body));
      }
      Map<String, Object> object = copy(require(path));
      if (before != null) {
        removeUnnamed(object, before, body);
      }
      mergeInto(object, body, false);
      return json(200, store(path, object));
    }
    Map<String, Object> object = copy(require(path));
    Object wanted = Manifests.map(body, "metadata").get("resourceVersion");
    if (wanted != null
        && !wanted.equals(Manifests.map(object, "metadata").get("resourceVersion"))) {
      throw new Refusal(409, "Conflict", "the object has been modified");
    }
    mergeInto(object, body, true);
    return json(200, store(path, object));
  }

  /** Server-side apply takes away what its manager named before and names no more. */
  private static void removeUnnamed(
      Map<String, Object> object, Map<String, Object> before, Map<String, Object> now) {
    before.forEach(
        (key, value) -> {
          if (!now.containsKey(key)) {
            object.remove(key);
          } else if (value instanceof Map<?, ?> && now.get(key) instanceof Map<?, ?>) {
            removeUnnamed(
                Manifests.makeMap(object, key),
                Manifests.map(before, key),
                Manifests.map(now, key));
          }
        });
  }

  private static void mergeInto(
      Map<String, Object> object, Map<String, Object> patch, boolean nullsRemove) {
    patch.forEach(
        (key, value) -> {
          if (value == null && nullsRemove) {
            object.remove(key);
          } else if (value instanceof Map<?, ?>) {
            mergeInto(Manifests.makeMap(object, key), Manifests.map(patch, key), nullsRemove);
          } else {
            object.put(key, value);
          }
        });
  }

  private Map<String, Object> create(ApiPath path, Map<String, Object> body) {
    if (!path.namespace().isEmpty()) {
      Map<String, Object> namespace = require(ApiPath.namespace(path.namespace()));
      if (Manifests.map(namespace, "metadata").containsKey("deletionTimestamp")) {
        throw new Refusal(403, "Forbidden", "namespace is being terminated");
      }
      if (path.plural().equals("pods") && podsAllowed(path.namespace()) <= pods(path.namespace())) {
        throw new Refusal(403, "Forbidden", "exceeded quota: pods");
      }
    }
    Map<String, Object> metadata = Manifests.makeMap(body, "metadata");
    metadata.put("uid", UUID.randomUUID().toString());
    metadata.put("name", path.name());
    metadata.put("creationTimestamp", Instant.now().toString());
    metadata.put("generation", 0);
    return store(path, body);
  }

  private Map<String, Object> store(ApiPath path, Map<String, Object> body) {
    Map<String, Object> old = objects.get(path);
    Map<String, Object> metadata = Manifests.makeMap(body, "metadata");
    if (old == null || !Manifests.map(old, "spec").equals(Manifests.map(body, "spec"))) {
      metadata.merge("generation", 1, (a, b) -> ((Number) a).intValue() + 1);
    }
    version++;
    metadata.put("resourceVersion", String.valueOf(version));
    objects.put(path, body);
    return body;
  }

  private MockResponse delete(ApiPath path) {
    Map<String, Object> object = require(path);
    if (path.plural().equals("namespaces")) {
      Manifests.makeMap(object, "metadata").put("deletionTimestamp", Instant.now().toString());
      removals.putIfAbsent(path.name(), 0);
    } else {
      objects.remove(path);
      applied.remove(path);
    }
    return json(200, object);
  }

  private MockResponse list(ApiPath path, String query) {
    List<Map<String, Object>> items = new ArrayList<>();
    objects.forEach(
        (own, object) -> {
          if (own.isIn(path) && matches(object, selector(query))) {
            items.add(object);
          }
        });
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("kind", "List");
    list.put("apiVersion", "v1");
    list.put("metadata", Map.of("resourceVersion", String.valueOf(version)));
    list.put("items", items);
    return json(200, list);
  }

  private static Map<String, String> selector(String query) {
    Map<String, String> selector = new TreeMap<>();
    for (String part : query.split("&", -1)) {
      if (part.startsWith("labelSelector=")) {
        String text =
            URLDecoder.decode(part.substring("labelSelector=".length()), StandardCharsets.UTF_8);
        for (String term : text.split(",", -1)) {
          String[] pair = term.split("=", 2);
          selector.put(pair[0], pair[1]);
        }
      }
    }
    return selector;
  }

  private static boolean matches(Map<String, Object> object, Map<String, String> selector) {
    Map<String, Object> labels = Manifests.map(object, "metadata", "labels");
    return selector.entrySet().stream()
        .allMatch(entry -> entry.getValue().equals(labels.get(entry.getKey())));
  }

  // --- controllers ------------------------------------------------------------------------------

  private void step() {
    for (String namespace : List.copyOf(removals.keySet())) {
      if (removals.merge(namespace, 1, Integer::sum) >= STEPS_OF_A_REMOVAL) {
        removals.remove(namespace);
        objects.keySet().removeIf(path -> path.namespace().equals(namespace));
        applied.keySet().removeIf(path -> path.namespace().equals(namespace));
        objects.remove(ApiPath.namespace(namespace));
        applied.remove(ApiPath.namespace(namespace));
      }
    }
    for (ApiPath path : List.copyOf(objects.keySet())) {
      switch (path.plural()) {
        case "deployments", "statefulsets" -> scale(path);
        default -> {
          // Nobody looks after it.
        }
      }
    }
    for (Map.Entry<ApiPath, Map<String, Object>> entry : objects.entrySet()) {
      if (entry.getKey().plural().equals("resourcequotas")) {
        Map<String, Object> status = Manifests.makeMap(entry.getValue(), "status");
        status.put("hard", copy(Manifests.map(entry.getValue(), "spec", "hard")));
        status.put("used", Map.of("pods", String.valueOf(pods(entry.getKey().namespace()))));
      }
    }
  }

  /** One pod more or less at each step, or one that is anew. */
  private void scale(ApiPath path) {
    Map<String, Object> workload = objects.get(path);
    Map<String, Object> metadata = Manifests.map(workload, "metadata");
    Object replicas = Manifests.map(workload, "spec").getOrDefault("replicas", 1);
    int wanted = ((Number) replicas).intValue();
    String revision = String.valueOf(Manifests.map(workload, "spec", "template").hashCode());
    List<ApiPath> own = new ArrayList<>();
    objects.forEach(
        (each, object) -> {
          if (each.plural().equals("pods")
              && Manifests.list(Manifests.map(object, "metadata"), "ownerReferences").stream()
                  .anyMatch(owner -> owner.get("uid").equals(metadata.get("uid")))) {
            own.add(each);
          }
        });
    List<ApiPath> old =
        own.stream()
            .filter(
                pod ->
                    !revision.equals(
                        Manifests.map(objects.get(pod), "metadata", "annotations").get("revision")))
            .toList();
    if (!old.isEmpty()) {
      objects.remove(old.get(0));
      own.remove(old.get(0));
    } else if (own.size() > wanted) {
      objects.remove(own.get(0));
      own.remove(0);
    } else if (own.size() < wanted && pods(path.namespace()) < podsAllowed(path.namespace())) {
      ApiPath pod =
          new ApiPath("/api/v1", path.namespace(), "pods", path.name() + "-" + UUID.randomUUID());
      objects.put(pod, pod(pod.name(), workload, path, revision));
      own.add(pod);
    }
    int ready = old.isEmpty() ? own.size() : 0;
    Map<String, Object> status = Manifests.makeMap(workload, "status");
    status.put("observedGeneration", metadata.get("generation"));
    for (String count :
        List.of("replicas", "readyReplicas", "availableReplicas", "updatedReplicas")) {
      status.put(count, ready);
    }
  }

  private Map<String, Object> pod(
      String name, Map<String, Object> workload, ApiPath path, String revision) {
    Map<String, Object> pod = new LinkedHashMap<>();
    pod.put("apiVersion", "v1");
    pod.put("kind", "Pod");
    Map<String, Object> metadata = Manifests.makeMap(pod, "metadata");
    metadata.put("name", name);
    metadata.put("namespace", path.namespace());
    metadata.put("uid", UUID.randomUUID().toString());
    metadata.put("labels", copy(Manifests.map(workload, "spec", "template", "metadata", "labels")));
    metadata.put("annotations", Map.of("revision", revision));
    Map<String, Object> owner = new LinkedHashMap<>();
    owner.put("kind", path.plural().equals("deployments") ? "ReplicaSet" : "StatefulSet");
    owner.put("uid", Manifests.map(workload, "metadata").get("uid"));
    metadata.put("ownerReferences", List.of(owner));
    pod.put("spec", copy(Manifests.map(workload, "spec", "template", "spec")));
    pod.put(
        "status",
        new LinkedHashMap<>(Map.of("phase", "Running", "startTime", Instant.now().toString())));
    return pod;
  }

  private int pods(String namespace) {
    return (int)
        objects.keySet().stream()
            .filter(path -> path.plural().equals("pods") && path.namespace().equals(namespace))
            .count();
  }

  private int podsAllowed(String namespace) {
    return objects.entrySet().stream()
        .filter(entry -> entry.getKey().plural().equals("resourcequotas"))
        .filter(entry -> entry.getKey().namespace().equals(namespace))
        .map(entry -> Manifests.map(entry.getValue(), "status", "hard").get("pods"))
        .filter(pods -> pods != null)
        .mapToInt(pods -> Integer.parseInt(String.valueOf(pods)))
        .min()
        .orElse(Integer.MAX_VALUE);
  }

  // --- words ------------------------------------------------------------------------------------

  private Map<String, Object> require(ApiPath path) {
    Map<String, Object> object = objects.get(path);
    if (object == null) {
      throw new Refusal(404, "NotFound", path + " not found");
    }
    return object;
  }

  private Map<String, Object> body(RecordedRequest request) {
    return copyOf(request.getUtf8Body());
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> copyOf(String json) {
    return (Map<String, Object>) serialization.unmarshal(json, Map.class);
  }

  private Map<String, Object> copy(Map<String, Object> object) {
    return copyOf(serialization.asJson(object));
  }

  private MockResponse json(int code, Map<String, Object> object) {
    return new MockResponse()
        .setResponseCode(code)
        .setHeader("Content-Type", "application/json")
        .setBody(serialization.asJson(object));
  }

  private MockResponse status(int code, String reason, String message) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("kind", "Status");
    status.put("apiVersion", "v1");
    status.put("status", "Failure");
    status.put("reason", reason);
    status.put("message", message);
    status.put("code", code);
    return json(code, status);
  }
}
