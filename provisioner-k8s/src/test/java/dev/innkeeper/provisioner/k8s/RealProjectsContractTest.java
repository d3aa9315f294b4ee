package dev.innkeeper.provisioner.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.contract.Faults;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.Volume;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class RealProjectsContractTest extends ProjectsBehaviour {
  private final RealCluster cluster = RealCluster.reach();

  @Override
  KubernetesWorld newWorld() {
    return new RealWorld(cluster, TestWorkloads.containers(cluster.image()));
  }

  @Override
  String image() {
    return cluster.image();
  }

  @Override
  Node aNode() {
    return world.admin().nodes().list().getItems().get(0);
  }

  /** Its version tells whether the cluster still knows the old kind. */
  private boolean hasOldCronJobs() {
    String minor = world.admin().getKubernetesVersion().getMinor().replaceAll("[^0-9].*", "");
    return Integer.parseInt(minor) < 21;
  }

  @Override
  String cronJob() {
    return SimulatedProjectsContractTest.cronJob(hasOldCronJobs() ? "batch/v1beta1" : "batch/v1");
  }

  @Override
  boolean cronJobIsPaused(ResourceSpec spec) {
    String namespace = KubernetesWorld.namespaceOf(spec.ref());
    var batch = world.admin().batch();
    return hasOldCronJobs()
        ? batch
            .v1beta1()
            .cronjobs()
            .inNamespace(namespace)
            .withName("tidy")
            .get()
            .getSpec()
            .getSuspend()
        : batch
            .v1()
            .cronjobs()
            .inNamespace(namespace)
            .withName("tidy")
            .get()
            .getSpec()
            .getSuspend();
  }

  @Test
  void rightsInTheNamespaceDoNotReachQuotaPodsOrNamespace() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1)));
    run(spec);
    suspend(spec.ref());
    try (Customer customer =
        new Customer(world.admin(), KubernetesWorld.namespaceOf(spec.ref()), cluster.image())) {
      customer.wantsItBack();
      assertThat(customer.refusals)
          .hasSize(4)
          .allSatisfy(refusal -> assertThat(refusal).startsWith("403"));
      assertThat(customer.refusals.get(0)).contains("exceeded quota");
    }
    assertThat(provisioner.observe(spec.ref()).state()).isEqualTo(ResourceState.SUSPENDED);
  }

  @Test
  void aWrongImageIsToldInTheClustersWordsAndHealsWhenItIsPutRight() {
    ResourceRef ref = ref("shop");
    eventually(
        () ->
            provisioner.ensureRunning(new ResourceSpec(ref, "ada", container("no.invalid/none:1")))
                    instanceof Outcome.Failed failed
                && failed.message().contains("Image"),
        "the pod's reason");
    run(new ResourceSpec(ref, "ada", container(cluster.image())));
    assertThat(provisioner.observe(ref).state()).isEqualTo(ResourceState.RUNNING);
  }

  @Test
  void aManifestThatTheClusterRefusesFailsForGoodInItsWords() {
    ResourceSpec spec =
        spec("shop", project("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {}}"));
    Outcome outcome = provisioner.ensureRunning(spec);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).cause()).isEqualTo(Outcome.Cause.PERMANENT);
    assertThat(((Outcome.Failed) outcome).message()).contains("spec.ports");
  }

  @Test
  void podsMadeByHandAreStoppedBySuspension() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1)));
    run(spec);
    try (Customer customer =
        new Customer(world.admin(), KubernetesWorld.namespaceOf(spec.ref()), cluster.image())) {
      customer.wantsItBack();
    }
    suspend(spec.ref());
    assertThat(
            world
                .admin()
                .pods()
                .inNamespace(KubernetesWorld.namespaceOf(spec.ref()))
                .list()
                .getItems())
        .isEmpty();
    assertThat(List.of(provisioner.observe(spec.ref()).state()))
        .containsExactly(ResourceState.SUSPENDED);
  }

  @Test
  void theRightsInTheDocumentationAreEnough() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "provisioner-k8s.md"));
    String yaml = guide.substring(guide.indexOf("apiVersion: rbac"));
    KubernetesClient admin = world.admin();
    String name = "innkeeper-test-" + UUID.randomUUID();
    KubernetesSerialization yamls = admin.getKubernetesSerialization();
    HasMetadata role = yamls.unmarshal(yaml.substring(0, yaml.indexOf("```")));
    role.getMetadata().setName(name);
    HasMetadata account =
        yamls.unmarshal(
            """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: %s, namespace: default}
            """
                .formatted(name));
    HasMetadata binding =
        yamls.unmarshal(
            """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: %s}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
            subjects: [{kind: ServiceAccount, name: %s, namespace: default}]
            """
                .formatted(name, name, name));
    try {
      admin.resource(role).create();
      admin.resource(account).create();
      admin.resource(binding).create();
      try (Provisioner allowed =
          world.open(Customer.signedInAs(admin, "default", name), Faults.none(), Map.of())) {
        ResourceSpec spec =
            spec("shop", project(deployment("web", 1), service(), configMap("c"), cronJob()));
        settle(() -> allowed.ensureRunning(spec));
        settle(() -> allowed.ensureSuspended(spec.ref()));
        settle(
            () -> allowed.ensureRunning(new ResourceSpec(spec.ref(), "ada", project(service()))));
        allowed.inventory(found -> {});
        settle(() -> allowed.ensureAbsent(spec.ref()));
      }
    } finally {
      admin.resource(binding).delete();
      admin.resource(account).delete();
      admin.resource(role).delete();
    }
  }

  private static ContainerWorkload container(String image) {
    return ContainerWorkload.builder(image, new Resources(50, 32))
        .command("httpd", "-f", "-p", "8080", "-h", "/data")
        .volume(new Volume("data", "/data", 16))
        .build();
  }
}
