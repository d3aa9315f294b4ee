package dev.innkeeper.provisioner.k8s;

import static org.junit.jupiter.api.Assumptions.abort;

import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;

/**
 * The cluster that {@code INNKEEPER_TEST_KUBECONFIG} names. Where there is none, the tests that
 * need it are skipped and say so.
 *
 * @param image a busybox, one that its nodes have already if there is one
 * @param storageClass the cluster's default, or that of {@link HostPathVolumes}
 */
record RealCluster(Path kubeconfig, String image, String storageClass) {
  static final String VARIABLE = "INNKEEPER_TEST_KUBECONFIG";
  private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
  private static final String USUAL_IMAGE = "busybox:1.36";

  static RealCluster reach() {
    String kubeconfig = System.getenv(VARIABLE);
    if (kubeconfig == null || kubeconfig.isBlank()) {
      return without(VARIABLE + " names none");
    }
    try (KubernetesClient client = connect(Path.of(kubeconfig))) {
      String version = client.getKubernetesVersion().getGitVersion();
      System.out.println("on a real cluster: " + client.getMasterUrl() + ", Kubernetes " + version);
      return new RealCluster(Path.of(kubeconfig), image(client), storageClass(client));
    } catch (KubernetesClientException e) {
      throw new IllegalStateException(VARIABLE + " names a cluster that does not answer", e);
    }
  }

  private static RealCluster without(String why) {
    String said = "NOT RUN on a real Kubernetes cluster: " + why;
    System.out.println(said);
    return abort(said);
  }

  KubernetesClient connect() {
    return connect(kubeconfig);
  }

  private static KubernetesClient connect(Path kubeconfig) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
        .build();
  }

  private static String image(KubernetesClient client) {
    return client.nodes().list().getItems().stream()
        .flatMap(node -> node.getStatus().getImages().stream())
        .map(ContainerImage::getNames)
        .flatMap(names -> names.stream())
        .filter(name -> name.contains("busybox") && !name.contains("@"))
        .findFirst()
        .orElse(USUAL_IMAGE);
  }

  private static String storageClass(KubernetesClient client) {
    return client
        .genericKubernetesResources("storage.k8s.io/v1", "StorageClass")
        .list()
        .getItems()
        .stream()
        .filter(each -> Labels.annotation(each, DEFAULT_CLASS).filter("true"::equals).isPresent())
        .map(each -> each.getMetadata().getName())
        .findFirst()
        .orElse(HostPathVolumes.STORAGE_CLASS);
  }
}
