package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives claims folders of the one node, for a cluster without a storage provisioner. With a claim
 * the cluster removes its folder too.
 */
final class HostPathVolumes implements AutoCloseable {
  static final String STORAGE_CLASS = "innkeeper-test";

  private final KubernetesClient client;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          runnable -> {
            Thread thread = new Thread(runnable, "host-path-volumes");
            thread.setDaemon(true);
            return thread;
          });

  HostPathVolumes(KubernetesClient client) {
    this.client = client;
    var unused = schedule.scheduleWithFixedDelay(this::serve, 0, 300, TimeUnit.MILLISECONDS);
  }

  private void serve() {
    try {
      client.persistentVolumeClaims().inAnyNamespace().list().getItems().stream()
          .filter(claim -> STORAGE_CLASS.equals(claim.getSpec().getStorageClassName()))
          .filter(claim -> claim.getSpec().getVolumeName() == null)
          .forEach(this::give);
    } catch (KubernetesClientException e) {
      // The next round comes soon.
    }
  }

  private void give(PersistentVolumeClaim claim) {
    String name = "innkeeper-test-" + claim.getMetadata().getUid();
    try {
      client
          .resource(
              new PersistentVolumeBuilder()
                  .withNewMetadata()
                  .withName(name)
                  .endMetadata()
                  .withNewSpec()
                  .withStorageClassName(STORAGE_CLASS)
                  .withAccessModes("ReadWriteOnce")
                  .withPersistentVolumeReclaimPolicy("Delete")
                  .withCapacity(Map.copyOf(claim.getSpec().getResources().getRequests()))
                  .withNewClaimRef()
                  .withNamespace(claim.getMetadata().getNamespace())
                  .withName(claim.getMetadata().getName())
                  .withUid(claim.getMetadata().getUid())
                  .endClaimRef()
                  .withNewHostPath()
                  .withPath("/tmp/" + name)
                  .withType("DirectoryOrCreate")
                  .endHostPath()
                  .endSpec()
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
