package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.CostEstimate;
import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.SpecProblem;
import dev.innkeeper.provisioner.capability.Addressed;
import dev.innkeeper.provisioner.capability.Metered;
import dev.innkeeper.provisioner.capability.Resizable;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A namespace for each resource. Every command looks at the cluster, does the next missing step,
 * and may be stopped after any of them. Thread-safe.
 */
final class KubernetesProvisioner implements Provisioner, Addressed, Resizable, Metered {
  private final Cluster cluster;
  private final ClusterSettings settings;
  private final NodePools nodePools;
  private final Raising raising;
  private final Resting resting;

  KubernetesProvisioner(Cluster cluster, ClusterSettings settings, Clock clock) {
    this.cluster = cluster;
    this.settings = settings;
    this.nodePools = new NodePools(cluster, clock);
    Tools tools = new Tools(cluster, settings, nodePools, new Replicas(cluster), this::look);
    this.raising = new Raising(tools);
    this.resting = new Resting(tools);
  }

  @Override
  public List<SpecProblem> validate(ResourceSpec spec) {
    if (spec.workload() instanceof ContainerWorkload) {
      return List.of();
    }
    if (spec.workload() instanceof KubernetesProject project) {
      return new ProjectObjects(settings, spec, project, namespaceOf(spec.id())).problems();
    }
    return List.of(new SpecProblem("workload", "must be a container or a Kubernetes project"));
  }

  @Override
  public Optional<CostEstimate> quote(ResourceSpec spec) {
    return settings.prices().of(spec.workload());
  }

  @Override
  public Outcome ensureRunning(ResourceSpec spec) {
    List<SpecProblem> problems = validate(spec);
    if (!problems.isEmpty()) {
      return Outcome.invalid(problems);
    }
    return Failures.told(() -> raising.raise(spec, namespaceOf(spec.id())));
  }

  @Override
  public Outcome ensureSuspended(ResourceRef ref) {
    return Failures.told(
        () -> {
          Optional<Namespace> found = own(ref.id());
          return found.isEmpty() ? Outcome.ready() : resting.rest(ref, found.get());
        });
  }

  @Override
  public Outcome ensureAbsent(ResourceRef ref) {
    return Failures.told(
        () -> {
          Optional<Namespace> found = own(ref.id());
          if (found.isPresent()) {
            return resting.remove(found.get());
          }
          if (settings.nodes() == ClusterSettings.Nodes.DEDICATED) {
            nodePools.releaseAll(ref.id());
          }
          return Outcome.ready();
        });
  }

  @Override
  public Observation observe(ResourceRef ref) {
    return look(ref.id()).map(Sight::observation).orElse(Observation.absent());
  }

  @Override
  public void inventory(Consumer<ObservedResource> each) {
    KubernetesClient client = cluster.client();
    String instance = settings.instance();
    Map<String, List<ResourceQuota>> quotas =
        Cluster.grouped(
            client.resourceQuotas().inAnyNamespace().withLabel(Labels.INSTANCE, instance));
    Map<String, List<Deployment>> deployments =
        Cluster.grouped(
            client.apps().deployments().inAnyNamespace().withLabel(Labels.INSTANCE, instance));
    Map<String, List<StatefulSet>> statefulSets =
        Cluster.grouped(
            client.apps().statefulSets().inAnyNamespace().withLabel(Labels.INSTANCE, instance));
    Map<String, List<Service>> services =
        Cluster.grouped(client.services().inAnyNamespace().withLabel(Labels.INSTANCE, instance));
    Map<String, List<Ingress>> ingresses =
        Cluster.grouped(
            client
                .network()
                .v1()
                .ingresses()
                .inAnyNamespace()
                .withLabel(Labels.INSTANCE, instance));
    // Last: a namespace that came meanwhile is seen as it begins, none without its objects.
    Cluster.each(
        client.namespaces().withLabel(Labels.INSTANCE, instance),
        (Namespace namespace) -> {
          String name = namespace.getMetadata().getName();
          Sight sight =
              new Sight(
                  namespace,
                  quotas.getOrDefault(name, List.of()).stream()
                      .filter(quota -> quota.getMetadata().getName().equals(Frame.NAME))
                      .findFirst(),
                  deployments.getOrDefault(name, List.of()),
                  statefulSets.getOrDefault(name, List.of()),
                  services.getOrDefault(name, List.of()),
                  ingresses.getOrDefault(name, List.of()));
          refOf(namespace)
              .ifPresent(ref -> each.accept(new ObservedResource(ref, sight.observation())));
        });
  }

  @Override
  public List<Address> addresses(ResourceRef ref) {
    return look(ref.id())
        .filter(sight -> !Sight.terminating(sight.namespace()))
        .map(Sight::addresses)
        .orElse(List.of());
  }

  /** The pods are made anew with other limits; claims grow where their storage class lets them. */
  @Override
  public Effect effectOf(ResourceSpec wanted) {
    List<SpecProblem> problems = validate(wanted);
    if (!problems.isEmpty()) {
      return new Effect.Refused(
          String.join("; ", problems.stream().map(Object::toString).toList()));
    }
    return wanted.workload() instanceof KubernetesProject
        ? new Effect.InPlace()
        : new Effect.Restart();
  }

  @Override
  public List<Reading> usage(ResourceRef ref, Instant from, Instant to) {
    if (own(ref.id()).isEmpty()) {
      return List.of();
    }
    String namespace = namespaceOf(ref.id());
    return new PodHours(from, to)
        .of(
            cluster.pods(namespace),
            cluster.client().persistentVolumeClaims().inNamespace(namespace).list().getItems(),
            settings.nodes() == ClusterSettings.Nodes.DEDICATED
                ? nodePools.of(ref.id())
                : List.of());
  }

  @Override
  public void close() {
    cluster.close();
  }

  private String namespaceOf(ResourceId id) {
    return settings.namespacePrefix() + id;
  }

  /** Made from the id, so that two servers make the same one; the label says that it is ours. */
  private Optional<Namespace> own(ResourceId id) {
    return cluster.namespace(namespaceOf(id)).filter(namespace -> Labels.isOf(namespace, id));
  }

  private Optional<Sight> look(ResourceId id) {
    return own(id).map(this::look);
  }

  private Sight look(Namespace namespace) {
    KubernetesClient client = cluster.client();
    String name = namespace.getMetadata().getName();
    String instance = settings.instance();
    return new Sight(
        namespace,
        Optional.ofNullable(client.resourceQuotas().inNamespace(name).withName(Frame.NAME).get()),
        client
            .apps()
            .deployments()
            .inNamespace(name)
            .withLabel(Labels.INSTANCE, instance)
            .list()
            .getItems(),
        client
            .apps()
            .statefulSets()
            .inNamespace(name)
            .withLabel(Labels.INSTANCE, instance)
            .list()
            .getItems(),
        client.services().inNamespace(name).withLabel(Labels.INSTANCE, instance).list().getItems(),
        client
            .network()
            .v1()
            .ingresses()
            .inNamespace(name)
            .withLabel(Labels.INSTANCE, instance)
            .list()
            .getItems());
  }

  private static Optional<ResourceRef> refOf(Namespace namespace) {
    try {
      return Labels.label(namespace, Labels.PROJECT)
          .map(
              id ->
                  new ResourceRef(
                      ResourceId.parse(id),
                      Labels.label(namespace, Labels.NAME).orElse("unnamed")));
    } catch (IllegalArgumentException e) {
      // Somebody wrote into a label of ours: no resource of ours is meant.
      return Optional.empty();
    }
  }
}
