package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Somebody with the rights to edit everything in a namespace, who wants his pods back. */
final class Customer implements AutoCloseable {
  private static final int ATTEMPTS_MAX = 100;
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private final String namespace;
  private final String image;
  private final KubernetesClient client;

  /** What he was refused, and how. */
  final List<String> refusals = new ArrayList<>();

  Customer(KubernetesClient admin, String namespace, String image) {
    this.namespace = namespace;
    this.image = image;
    admin
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName("customer")
                .withNamespace(namespace)
                .endMetadata()
                .build())
        .create();
    HasMetadata binding =
        admin
            .getKubernetesSerialization()
            .unmarshal(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: customer, namespace: %s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
                subjects: [{kind: ServiceAccount, name: customer, namespace: %s}]
                """
                    .formatted(namespace, namespace));
    admin.resource(binding).create();
    client = signedInAs(admin, namespace, "customer");
  }

  /** A client with the rights of a service account. */
  static KubernetesClient signedInAs(KubernetesClient admin, String namespace, String account) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(admin.getMasterUrl().toString())
            .withCaCertData(admin.getConfiguration().getCaCertData())
            .withOauthToken(token(admin, namespace, account))
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Made by the cluster until 1.23, asked for since. */
  private static String token(KubernetesClient admin, String namespace, String account) {
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
      Optional<Secret> secret =
          admin.secrets().inNamespace(namespace).list().getItems().stream()
              .filter(each -> each.getMetadata().getName().startsWith(account + "-token"))
              .filter(each -> each.getData() != null && each.getData().containsKey("token"))
              .findFirst();
      if (secret.isPresent()) {
        return new String(
            Base64.getDecoder().decode(secret.get().getData().get("token")),
            StandardCharsets.UTF_8);
      }
      pause();
    }
    throw new IllegalStateException("the cluster made no token for the service account");
  }

  /** Scales up, starts a pod by hand, and reaches for the quota and the namespace. */
  void wantsItBack() {
    client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(each -> client.resource(each).patch(MERGE, "{\"spec\":{\"replicas\":3}}"));
    client
        .apps()
        .statefulSets()
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(each -> client.resource(each).patch(MERGE, "{\"spec\":{\"replicas\":3}}"));
    tries(() -> client.resource(pod()).create());
    tries(
        () ->
            client
                .resourceQuotas()
                .inNamespace(namespace)
                .withName(Frame.NAME)
                .patch(MERGE, "{\"spec\":{\"hard\":{\"pods\":\"10\"}}}"));
    tries(() -> client.resourceQuotas().inNamespace(namespace).withName(Frame.NAME).delete());
    tries(
        () ->
            client
                .namespaces()
                .withName(namespace)
                .patch(
                    MERGE,
                    "{\"metadata\":{\"annotations\":{\"" + Labels.DESIRED + "\":\"running\"}}}"));
  }

  private io.fabric8.kubernetes.api.model.Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("mine-again")
        .withNamespace(namespace)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("app")
        .withImage(image)
        .withCommand("sleep", "100")
        .endContainer()
        .endSpec()
        .build();
  }

  private void tries(Runnable what) {
    try {
      what.run();
    } catch (KubernetesClientException e) {
      refusals.add(e.getCode() + " " + e.getMessage());
    }
  }

  static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
