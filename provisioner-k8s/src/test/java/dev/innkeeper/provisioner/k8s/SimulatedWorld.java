package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.ResourceRef;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** fabric8's mock server with {@link SimulatedApi} behind it. */
final class SimulatedWorld extends KubernetesWorld {
  /** Kept, since a logger that nobody holds forgets its level. */
  private static final Logger SERVER_LOG = Logger.getLogger(MockWebServer.class.getName());

  final SimulatedApi api = new SimulatedApi();
  private final KubernetesMockServer server;
  private final KubernetesClient admin;

  SimulatedWorld(Workloads workloads) {
    super(workloads);
    SERVER_LOG.setLevel(Level.WARNING);
    server =
        new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), api, false);
    server.start();
    admin = server.createClient();
  }

  @Override
  KubernetesClient admin() {
    return admin;
  }

  @Override
  KubernetesClient connect() {
    return server.createClient(
        client -> client.editOrNewConfig().withRequestRetryBackoffLimit(0).endConfig());
  }

  @Override
  Map<String, String> settings() {
    return Map.of("storageClass", "simulated", "stopGraceSeconds", "1");
  }

  @Override
  public boolean serves(ResourceRef ref) {
    return !pods(ref).isEmpty();
  }

  /** The data lives with the claim. */
  @Override
  public void leaveMark(ResourceRef ref) {
    admin
        .persistentVolumeClaims()
        .inNamespace(namespaceOf(ref))
        .withName(TestWorkloads.VOLUME)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"mark\":\"left\"}}}");
  }

  @Override
  public boolean hasMark(ResourceRef ref) {
    var claim =
        admin
            .persistentVolumeClaims()
            .inNamespace(namespaceOf(ref))
            .withName(TestWorkloads.VOLUME)
            .get();
    return claim != null && Labels.annotation(claim, "mark").isPresent();
  }

  @Override
  public void tryToUndoSuspension(ResourceRef ref) {
    String more = "{\"spec\":{\"replicas\":3}}";
    PatchContext how = PatchContext.of(PatchType.JSON_MERGE);
    var apps = admin.apps();
    apps.deployments()
        .inNamespace(namespaceOf(ref))
        .list()
        .getItems()
        .forEach(each -> admin.resource(each).patch(how, more));
    apps.statefulSets()
        .inNamespace(namespaceOf(ref))
        .list()
        .getItems()
        .forEach(each -> admin.resource(each).patch(how, more));
    try {
      admin.resource(podOf(ref)).create();
    } catch (KubernetesClientException e) {
      // As it should be.
    }
  }

  private static io.fabric8.kubernetes.api.model.Pod podOf(ResourceRef ref) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("mine-again")
        .withNamespace(namespaceOf(ref))
        .addToLabels(Labels.PROJECT, ref.id().toString())
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .build();
  }

  @Override
  Duration pause() {
    return Duration.ofMillis(1);
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(20);
  }

  @Override
  public void close() {
    admin.close();
    server.destroy();
  }
}
