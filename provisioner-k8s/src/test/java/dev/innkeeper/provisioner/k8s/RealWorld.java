package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.ResourceRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A real cluster. What runs is asked over its own network, from inside. */
final class RealWorld extends KubernetesWorld {
  private static final long COMMAND_SECONDS_MAX = 10;

  private final RealCluster cluster;
  private final KubernetesClient admin;
  private final HostPathVolumes volumes;
  private final String installation = "test-" + UUID.randomUUID().toString().substring(0, 8);

  RealWorld(RealCluster cluster, Workloads workloads) {
    super(workloads);
    this.cluster = cluster;
    this.admin = cluster.connect();
    this.volumes = new HostPathVolumes(admin);
  }

  @Override
  KubernetesClient admin() {
    return admin;
  }

  @Override
  KubernetesClient connect() {
    return cluster.connect();
  }

  RealCluster cluster() {
    return cluster;
  }

  @Override
  Map<String, String> settings() {
    return Map.of(
        "storageClass",
        cluster.storageClass(),
        "installation",
        installation,
        "stopGraceSeconds",
        "1");
  }

  @Override
  public boolean serves(ResourceRef ref) {
    return shell(ref, "echo alive > /data/alive; wget -q -O - http://127.0.0.1:8080/alive");
  }

  @Override
  public void leaveMark(ResourceRef ref) {
    if (!shell(ref, "echo left > /data/mark && sync")) {
      throw new IllegalStateException("can't write into " + ref);
    }
  }

  @Override
  public boolean hasMark(ResourceRef ref) {
    return shell(ref, "test -s /data/mark");
  }

  /** Whether it ran to a good end in a pod of the resource. */
  private boolean shell(ResourceRef ref, String command) {
    Optional<Pod> pod =
        pods(ref).stream().filter(p -> "Running".equals(p.getStatus().getPhase())).findFirst();
    if (pod.isEmpty()) {
      return false;
    }
    try (ExecWatch run =
        admin
            .pods()
            .resource(pod.get())
            .writingOutput(new ByteArrayOutputStream())
            .writingError(new ByteArrayOutputStream())
            .exec("sh", "-c", command)) {
      return Integer.valueOf(0).equals(run.exitCode().get(COMMAND_SECONDS_MAX, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      // A pod that is stopping lets nobody in.
      return false;
    }
  }

  @Override
  public void tryToUndoSuspension(ResourceRef ref) {
    try (Customer customer = new Customer(admin, namespaceOf(ref), cluster.image())) {
      customer.wantsItBack();
    }
  }

  @Override
  Duration pause() {
    return Duration.ofMillis(500);
  }

  @Override
  public Duration patience() {
    return Duration.ofMinutes(3);
  }

  @Override
  public void close() {
    admin
        .namespaces()
        .withLabel(Labels.INSTANCE, installation + ".contract")
        .list()
        .getItems()
        .forEach(namespace -> admin.resource(namespace).delete());
    volumes.close();
    admin.close();
  }
}
