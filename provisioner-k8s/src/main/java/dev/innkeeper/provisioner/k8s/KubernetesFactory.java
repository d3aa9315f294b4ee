package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ProvisionerFactory;
import dev.innkeeper.provisioner.settings.Settings;
import dev.innkeeper.provisioner.settings.SettingsSchema;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pf4j.Extension;

/** The plugin's door: what it is called, what can be set, and how it is made. */
@Extension
public final class KubernetesFactory implements ProvisionerFactory {
  /** A request that failed on the way is repeated once; the orchestrator does the rest. */
  private static final int REQUEST_RETRIES_MAX = 1;

  @Override
  public String kind() {
    return "kubernetes";
  }

  @Override
  public SettingsSchema settings() {
    return ClusterSettings.SCHEMA;
  }

  /** Asks the cluster nothing yet: a server starts while its cluster is away. */
  @Override
  public Provisioner create(ProvisionerContext context) {
    ClusterSettings settings = ClusterSettings.of(context.instance(), context.settings());
    Config config = config(context.settings());
    // Through this class's loader: the client looks for its parts by service files.
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(KubernetesFactory.class.getClassLoader());
    try {
      Cluster cluster = new Cluster(new KubernetesClientBuilder().withConfig(config).build());
      return new KubernetesProvisioner(cluster, settings, context.clock());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  static Config config(Settings settings) {
    int timeoutMillis = Math.toIntExact(settings.wholeNumber("requestTimeoutSeconds") * 1000);
    String kubeconfig = settings.text(ClusterSettings.KUBECONFIG);
    Config found =
        kubeconfig.equals(ClusterSettings.IN_CLUSTER)
            ? Config.autoConfigure(null)
            : read(Path.of(kubeconfig));
    return new ConfigBuilder(found)
        .withRequestTimeout(timeoutMillis)
        .withConnectionTimeout(timeoutMillis)
        .withRequestRetryBackoffLimit(REQUEST_RETRIES_MAX)
        .build();
  }

  private static Config read(Path kubeconfig) {
    if (!Files.isReadable(kubeconfig)) {
      throw new UncheckedIOException(
          new IOException("kubeconfig: '" + kubeconfig + "' can't be read; set its path"));
    }
    return Config.fromKubeconfig(kubeconfig.toFile());
  }
}
