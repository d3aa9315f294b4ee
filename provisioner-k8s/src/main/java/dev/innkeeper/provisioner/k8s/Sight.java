package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.capability.Addressed.Address;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressRule;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One resource as the cluster shows it: the same for a look at one and for a look at all, so that
 * both say the same. Immutable.
 *
 * @param quota ours; empty when somebody removed it, or it was never made
 */
record Sight(
    Namespace namespace,
    Optional<ResourceQuota> quota,
    List<Deployment> deployments,
    List<StatefulSet> statefulSets,
    List<Service> services,
    List<Ingress> ingresses) {
  private static final Set<String> LISTED =
      Set.of("Deployment", "StatefulSet", "Service", "Ingress");

  static boolean terminating(Namespace namespace) {
    return namespace.getMetadata().getDeletionTimestamp() != null;
  }

  /** What the quota controller has taken in says no to every new pod. */
  boolean closed() {
    return quota
        .filter(q -> q.getSpec() != null && isZero(q.getSpec().getHard()))
        .filter(q -> q.getStatus() != null && isZero(q.getStatus().getHard()))
        .isPresent();
  }

  /** No pod runs, as far as the quota controller counts. */
  private boolean empty() {
    return quota.filter(q -> q.getStatus() != null && isZero(q.getStatus().getUsed())).isPresent();
  }

  private static boolean isZero(@org.jspecify.annotations.Nullable Map<String, Quantity> amounts) {
    Quantity pods = amounts == null ? null : amounts.get(Frame.PODS);
    return pods != null && pods.getNumericalAmount().compareTo(BigDecimal.ZERO) == 0;
  }

  boolean wantsToRest() {
    return Labels.annotation(namespace, Labels.DESIRED)
        .filter(Labels.SUSPENDED::equals)
        .isPresent();
  }

  Optional<String> digest() {
    return Labels.annotation(namespace, Labels.DIGEST);
  }

  /** What is to be ready before the resource is. */
  List<Readiness> workloads() {
    List<Readiness> workloads = new ArrayList<>();
    deployments.forEach(deployment -> workloads.add(Readiness.of(deployment)));
    statefulSets.forEach(statefulSet -> workloads.add(Readiness.of(statefulSet)));
    return workloads;
  }

  Observation observation() {
    if (terminating(namespace)) {
      return Observation.of(ResourceState.TERMINATING).withMessage(removal(namespace));
    }
    Observation seen = Observation.of(state());
    Optional<String> digest = digest();
    if (digest.isPresent()) {
      seen = seen.withSpecDigest(digest.get());
    }
    Optional<String> message = wantsToRest() ? Optional.empty() : Readiness.worst(workloads());
    if (message.isPresent()) {
      seen = seen.withMessage(message.get());
    }
    return seen.withDrift(drift()).withFacts(facts());
  }

  private ResourceState state() {
    if (wantsToRest()) {
      return closed() && empty() ? ResourceState.SUSPENDED : ResourceState.RUNNING;
    }
    if (digest().isEmpty()) {
      return ResourceState.STARTING;
    }
    List<Readiness> workloads = workloads();
    if (workloads.stream().anyMatch(workload -> workload.failure().isPresent())) {
      return ResourceState.FAILED;
    }
    return workloads.stream().allMatch(Readiness::ready)
        ? ResourceState.RUNNING
        : ResourceState.STARTING;
  }

  private List<String> drift() {
    List<String> drift = new ArrayList<>();
    if (digest().isEmpty()) {
      return drift;
    }
    if (wantsToRest()) {
      if (!closed()) {
        drift.add("its quota allows pods though it is suspended");
      }
      return drift;
    }
    if (quota.isEmpty()) {
      drift.add("its quota is missing");
    } else if (quota.get().getSpec() == null || isZero(quota.get().getSpec().getHard())) {
      drift.add("its quota allows no pods though it is paid for");
    }
    Set<ObjectKey> present = new TreeSet<>();
    for (List<? extends HasMetadata> objects :
        List.of(deployments, statefulSets, services, ingresses)) {
      objects.forEach(object -> present.add(ObjectKey.of(object)));
    }
    for (ObjectKey applied : ObjectKey.read(Labels.annotation(namespace, Labels.OBJECTS))) {
      if (LISTED.contains(applied.kind()) && !present.contains(applied)) {
        drift.add(applied.kind() + " " + applied.name() + " is missing");
      }
    }
    return drift;
  }

  /** Why a namespace is not gone yet, in the cluster's words. */
  static String removal(Namespace namespace) {
    return "is being removed"
        + Optional.ofNullable(namespace.getStatus())
            .map(status -> status.getConditions())
            .flatMap(
                conditions ->
                    conditions.stream()
                        .filter(condition -> "True".equals(condition.getStatus()))
                        .map(condition -> ": " + condition.getMessage())
                        .findFirst())
            .orElse("");
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("namespace", namespace.getMetadata().getName());
    add(facts, "url", Address.Type.URL);
    add(facts, "ipv4", Address.Type.IPV4);
    add(facts, "ipv6", Address.Type.IPV6);
    add(facts, "hostName", Address.Type.HOST_NAME);
    return facts;
  }

  private void add(Map<String, String> facts, String name, Address.Type type) {
    List<String> found =
        addresses().stream().filter(a -> a.type() == type).map(Address::value).toList();
    if (!found.isEmpty()) {
      facts.put(name, String.join(", ", found));
    }
  }

  List<Address> addresses() {
    List<Address> addresses = new ArrayList<>();
    for (Ingress ingress : ingresses) {
      boolean secure = ingress.getSpec() != null && !ingress.getSpec().getTls().isEmpty();
      for (IngressRule rule : rules(ingress)) {
        if (rule.getHost() != null) {
          addresses.add(
              new Address(
                  Address.Type.URL, (secure ? "https://" : "http://") + rule.getHost() + "/"));
        }
      }
    }
    for (Service service : services) {
      loadBalancers(service).forEach(found -> address(found).ifPresent(addresses::add));
    }
    return addresses.stream().distinct().toList();
  }

  private static List<IngressRule> rules(Ingress ingress) {
    return ingress.getSpec() == null ? List.of() : ingress.getSpec().getRules();
  }

  private static List<LoadBalancerIngress> loadBalancers(Service service) {
    Function<Service, Optional<List<LoadBalancerIngress>>> found =
        s ->
            Optional.ofNullable(s.getStatus())
                .map(status -> status.getLoadBalancer())
                .map(balancer -> balancer.getIngress());
    return found.apply(service).orElse(List.of());
  }

  private static Optional<Address> address(LoadBalancerIngress found) {
    String ip = found.getIp();
    if (ip != null && !ip.isEmpty()) {
      return Optional.of(new Address(ip.contains(":") ? Address.Type.IPV6 : Address.Type.IPV4, ip));
    }
    return Optional.ofNullable(found.getHostname())
        .map(name -> new Address(Address.Type.HOST_NAME, name));
  }
}
