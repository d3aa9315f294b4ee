package dev.innkeeper.provisioner.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.capability.Addressed;
import dev.innkeeper.provisioner.capability.Addressed.Address;
import dev.innkeeper.provisioner.capability.Metered;
import dev.innkeeper.provisioner.contract.Faults;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.KubernetesProject;
import dev.innkeeper.provisioner.workload.Port;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.Workload;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What this provisioner promises beyond the contract, on the simulated cluster and on real ones.
 */
abstract class ProjectsBehaviour {
  static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
  private static final int LOOKS_MAX = 2000;

  KubernetesWorld world;
  Provisioner provisioner;

  abstract KubernetesWorld newWorld();

  abstract String image();

  @BeforeEach
  void open() {
    world = newWorld();
    provisioner = world.open(Faults.none());
  }

  @AfterEach
  void close() {
    if (provisioner != null) {
      provisioner.close();
    }
    if (world != null) {
      world.close();
    }
  }

  // --- what it makes ----------------------------------------------------------------------------

  @Test
  void everythingHasTheProjectsLabel() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1), service(), configMap("c")));
    run(spec);
    String namespace = KubernetesWorld.namespaceOf(spec.ref());
    List<HasMetadata> ours = new ArrayList<>();
    KubernetesClient admin = world.admin();
    ours.add(admin.namespaces().withName(namespace).get());
    ours.addAll(admin.resourceQuotas().inNamespace(namespace).list().getItems());
    ours.addAll(admin.limitRanges().inNamespace(namespace).list().getItems());
    ours.addAll(admin.network().v1().networkPolicies().inNamespace(namespace).list().getItems());
    ours.addAll(admin.apps().deployments().inNamespace(namespace).list().getItems());
    ours.addAll(admin.pods().inNamespace(namespace).list().getItems());
    ours.addAll(admin.services().inNamespace(namespace).list().getItems());
    ours.add(admin.configMaps().inNamespace(namespace).withName("c").get());
    assertThat(ours).hasSizeGreaterThanOrEqualTo(8);
    assertThat(ours)
        .allSatisfy(
            object ->
                assertThat(Labels.label(object, Labels.PROJECT))
                    .as(object.getKind() + " " + object.getMetadata().getName())
                    .contains(spec.id().toString()));
    assertThat(Labels.label(ours.get(0), "pod-security.kubernetes.io/enforce"))
        .contains("baseline");
  }

  @Test
  void anObjectThatLeavesTheManifestsLeavesTheCluster() {
    ResourceRef ref = ref("shop");
    run(new ResourceSpec(ref, "ada", project(configMap("one"), configMap("two"))));
    run(new ResourceSpec(ref, "ada", project(configMap("two"), configMap("three"))));
    String namespace = KubernetesWorld.namespaceOf(ref);
    assertThat(configMaps(namespace)).contains("two", "three").doesNotContain("one");
  }

  @Test
  void whatSomebodyDeletedIsDriftAndComesBack() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1), configMap("c")));
    run(spec);
    String namespace = KubernetesWorld.namespaceOf(spec.ref());
    world.admin().apps().deployments().inNamespace(namespace).withName("web").delete();
    eventually(() -> !provisioner.observe(spec.ref()).drift().isEmpty(), "the missing one is seen");
    assertThat(provisioner.observe(spec.ref()).drift())
        .containsExactly("Deployment web is missing");
    run(spec);
    assertThat(provisioner.observe(spec.ref()).drift()).isEmpty();
  }

  @Test
  void addressesThatALoadBalancerGaveAreReadBack() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1), service()));
    run(spec);
    Addressed addressed = (Addressed) provisioner;
    assertThat(addressed.addresses(spec.ref())).isEmpty();
    String ip = "{\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"203.0.113.7\"}]}}}";
    world
        .admin()
        .services()
        .inNamespace(KubernetesWorld.namespaceOf(spec.ref()))
        .withName("web")
        .subresource("status")
        .patch(MERGE, ip);
    assertThat(addressed.addresses(spec.ref()))
        .containsExactly(new Address(Address.Type.IPV4, "203.0.113.7"));
    assertThat(provisioner.observe(spec.ref()).facts()).containsEntry("ipv4", "203.0.113.7");
  }

  @Test
  void aContainersHostNameIsAnIngress() {
    ContainerWorkload container =
        ContainerWorkload.builder(image(), new Resources(50, 32))
            .command("httpd", "-f", "-p", "8080")
            .port(new Port("http", 8080, Port.Protocol.HTTP))
            .hostName("shop.example.org")
            .environment("SECRET", "s3cr3t")
            .build();
    ResourceSpec spec = spec("shop", container);
    run(spec);
    assertThat(((Addressed) provisioner).addresses(spec.ref()))
        .containsExactly(new Address(Address.Type.URL, "http://shop.example.org/"));
    assertThat(world.admin().apps().deployments().inNamespace(namespaceOf(spec)).list().getItems())
        .hasSize(1);
  }

  // --- suspension -------------------------------------------------------------------------------

  @Test
  void replicasAreRememberedThoughTheirOwnerChoseThem() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1)));
    run(spec);
    patch(spec, "web", "{\"spec\":{\"replicas\":2}}");
    eventually(() -> pods(spec) == 2, "two pods");
    suspend(spec.ref());
    assertThat(pods(spec)).isZero();
    assertThat(replicas(spec, "web")).isZero();
    run(spec);
    assertThat(replicas(spec, "web")).isEqualTo(2);
    eventually(() -> pods(spec) == 2, "two pods again");
  }

  @Test
  void whoeverScalesUpASuspendedProjectGetsNoPods() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1)));
    run(spec);
    suspend(spec.ref());
    world.tryToUndoSuspension(spec.ref());
    eventually(() -> replicas(spec, "web") == 3, "its owner's wish is written down");
    for (int i = 0; i < 20; i++) {
      assertThat(pods(spec)).as("pods at look %s", i).isZero();
      Customer.pause();
    }
    assertThat(provisioner.observe(spec.ref()).state()).isEqualTo(ResourceState.SUSPENDED);
    suspend(spec.ref());
    assertThat(replicas(spec, "web")).isZero();
  }

  @Test
  void cronJobsRestToo() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1), cronJob()));
    run(spec);
    suspend(spec.ref());
    assertThat(cronJobIsPaused(spec)).isTrue();
    run(spec);
    assertThat(cronJobIsPaused(spec)).isFalse();
  }

  // --- refusals ---------------------------------------------------------------------------------

  @Test
  void whatReachesIntoTheMachineIsRefusedBeforeAnythingIsMade() {
    ResourceSpec spec =
        spec(
            "escape",
            project(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: a, namespace: kube-system}
                spec:
                  hostNetwork: true
                  volumes: [{name: root, hostPath: {path: /}}]
                  containers:
                  - {name: a, image: i, securityContext: {privileged: true}}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: me}
                """));
    assertThat(provisioner.validate(spec))
        .extracting(problem -> problem.field())
        .containsExactlyInAnyOrder(
            "manifests[0].metadata.namespace",
            "manifests[0].spec.hostNetwork",
            "manifests[0].spec.volumes.hostPath",
            "manifests[0].spec.containers.securityContext.privileged",
            "manifests[0]");
    assertThat(provisioner.ensureRunning(spec)).isInstanceOf(Outcome.Failed.class);
    assertThat(world.copies(spec.ref())).isZero();
  }

  // --- nodes, orphans, usage --------------------------------------------------------------------

  @Test
  void nodesAreGivenAndGivenBack() {
    String type = "test-" + UUID.randomUUID();
    Node node = aNode();
    label(
        node,
        "{\"node.kubernetes.io/instance-type\":\""
            + type
            + "\","
            + "\"topology.kubernetes.io/zone\":\"lab\"}");
    try (Provisioner dedicated = world.open(Faults.none(), Map.of("nodes", "dedicated"))) {
      KubernetesProject one =
          new KubernetesProject(
              new KubernetesProject.NodePool("lab", type, 1),
              new Resources(1000, 512),
              10,
              List.of(deployment("web", 1)));
      ResourceSpec spec = spec("cluster", one);
      settle(() -> dedicated.ensureRunning(spec));
      assertThat(owner(node)).isEqualTo(spec.id().toString());
      ResourceSpec second = spec("another", one);
      Outcome.InProgress waits = (Outcome.InProgress) dedicated.ensureRunning(second);
      assertThat(waits.message()).contains("waits for 1 of 1 nodes of type " + type + " in lab");
      settle(() -> dedicated.ensureSuspended(spec.ref()));
      assertThat(owner(node)).isEmpty();
      settle(() -> dedicated.ensureRunning(second));
      assertThat(owner(node)).isEqualTo(second.id().toString());
      settle(() -> dedicated.ensureAbsent(second.ref()));
      assertThat(owner(node)).isEmpty();
    } finally {
      label(
          node,
          "{\"node.kubernetes.io/instance-type\":null,"
              + "\"topology.kubernetes.io/zone\":null,\""
              + Labels.PROJECT
              + "\":null}");
    }
  }

  @Test
  void theInventoryShowsOurInstallationsOnly() {
    ResourceSpec spec = spec("shop", project(configMap("c")));
    run(spec);
    List<ObservedResource> ours = new ArrayList<>();
    provisioner.inventory(ours::add);
    assertThat(ours).extracting(each -> each.ref()).containsExactly(spec.ref());
    assertThat(ours.get(0).observation()).isEqualTo(provisioner.observe(spec.ref()));
    try (Provisioner others = world.open(Faults.none(), Map.of("installation", "other"))) {
      List<ObservedResource> theirs = new ArrayList<>();
      others.inventory(theirs::add);
      assertThat(theirs).isEmpty();
    }
  }

  @Test
  void whatPodsReservedIsMetered() {
    Instant from = Instant.now().minus(Duration.ofHours(1));
    ResourceSpec spec = spec("shop", project(deployment("web", 1)));
    run(spec);
    Instant to = Instant.now().plus(Duration.ofHours(1));
    Map<String, Metered.Reading> readings = new java.util.TreeMap<>();
    ((Metered) provisioner)
        .usage(spec.ref(), from, to)
        .forEach(reading -> readings.put(reading.meter(), reading));
    assertThat(readings).containsKeys("pod", "cpu-core", "memory-gb", "volume-gb", "node");
    assertThat(readings.get("pod").quantity().doubleValue()).isBetween(0.9, 1.1);
    assertThat(readings.get("cpu-core").quantity().doubleValue()).isBetween(0.045, 0.055);
    assertThat(((Metered) provisioner).usage(ref("none"), from, to)).isEmpty();
  }

  // --- words ------------------------------------------------------------------------------------

  ResourceRef ref(String name) {
    return new ResourceRef(new ResourceId(UUID.randomUUID()), name);
  }

  ResourceSpec spec(String name, Workload workload) {
    return new ResourceSpec(ref(name), "ada", workload);
  }

  void run(ResourceSpec spec) {
    settle(() -> provisioner.ensureRunning(spec));
  }

  void suspend(ResourceRef ref) {
    settle(() -> provisioner.ensureSuspended(ref));
  }

  void settle(Supplier<Outcome> call) {
    Outcome last = Outcome.transientFailure("never called");
    long deadlineNanos = System.nanoTime() + world.patience().toNanos();
    while (System.nanoTime() < deadlineNanos) {
      last = call.get();
      if (last instanceof Outcome.Ready) {
        return;
      }
      if (last instanceof Outcome.Failed failed && !failed.retryable()) {
        break;
      }
      sleep(world.pause());
    }
    assertThat(last).isInstanceOf(Outcome.Ready.class);
  }

  void eventually(BooleanSupplier condition, String what) {
    long deadlineNanos = System.nanoTime() + world.patience().toNanos();
    for (int i = 0; i < LOOKS_MAX && System.nanoTime() < deadlineNanos; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      sleep(world.pause());
    }
    assertThat(condition.getAsBoolean()).as(what).isTrue();
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String namespaceOf(ResourceSpec spec) {
    return KubernetesWorld.namespaceOf(spec.ref());
  }

  private long pods(ResourceSpec spec) {
    return world.admin().pods().inNamespace(namespaceOf(spec)).list().getItems().stream()
        .filter(PodWords::lives)
        .count();
  }

  private int replicas(ResourceSpec spec, String name) {
    return deployment(spec, name).getSpec().getReplicas();
  }

  private Deployment deployment(ResourceSpec spec, String name) {
    return world.admin().apps().deployments().inNamespace(namespaceOf(spec)).withName(name).get();
  }

  private void patch(ResourceSpec spec, String name, String patch) {
    world.admin().resource(deployment(spec, name)).patch(MERGE, patch);
  }

  private List<String> configMaps(String namespace) {
    return world.admin().configMaps().inNamespace(namespace).list().getItems().stream()
        .map(each -> each.getMetadata().getName())
        .toList();
  }

  abstract boolean cronJobIsPaused(ResourceSpec spec);

  abstract String cronJob();

  abstract Node aNode();

  private void label(Node node, String labels) {
    world.admin().resource(node).patch(MERGE, "{\"metadata\":{\"labels\":" + labels + "}}");
  }

  private String owner(Node node) {
    return Labels.label(world.admin().resource(node).get(), Labels.PROJECT).orElse("");
  }

  static KubernetesProject project(String... manifests) {
    return TestWorkloads.project(manifests);
  }

  static String configMap(String name) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: {a: b}}";
  }

  static String service() {
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        """;
  }

  String deployment(String name, int replicas) {
    return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %s}
        spec:
          replicas: %d
          selector: {matchLabels: {app: %s}}
          template:
            metadata: {labels: {app: %s}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: app
                image: %s
                imagePullPolicy: IfNotPresent
                command: [httpd, -f, -p, "8080"]
                resources:
                  requests: {cpu: 50m, memory: 32Mi}
                  limits: {cpu: 50m, memory: 32Mi}
        """
        .formatted(name, replicas, name, name, image());
  }
}
