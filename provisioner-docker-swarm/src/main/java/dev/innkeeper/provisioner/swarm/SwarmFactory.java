package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ProvisionerFactory;
import dev.innkeeper.provisioner.settings.Setting;
import dev.innkeeper.provisioner.settings.Settings;
import dev.innkeeper.provisioner.settings.SettingsSchema;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.pf4j.Extension;

/** What the plugin is called, what can be set, and how it is made. */
@Extension
public final class SwarmFactory implements ProvisionerFactory {
  private static final int CONNECTIONS_MAX = 32;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);
  private static final SettingsSchema SETTINGS =
      SettingsSchema.of(
          Setting.text(
              "dockerHost",
              "a swarm manager, such as unix:///var/run/docker.sock or tcp://host:port"),
          Setting.wholeNumber("stopGraceSeconds", 1, 600, "how long a container may take to stop")
              .orElse("10"),
          Setting.text("allowedCommands", "programs that owners may run, separated by commas")
              .orElse(""));

  @Override
  public String kind() {
    return "docker-swarm";
  }

  @Override
  public SettingsSchema settings() {
    return SETTINGS;
  }

  @Override
  public Provisioner create(ProvisionerContext context) {
    return create(context, new Engine(connect(context.settings().text("dockerHost"))));
  }

  static SwarmProvisioner create(ProvisionerContext context, Engine engine) {
    Settings settings = context.settings();
    Set<String> allowed = new TreeSet<>();
    Arrays.stream(settings.text("allowedCommands").split(",", -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .forEach(allowed::add);
    ServiceSpecs specs =
        new ServiceSpecs(
            context.instance(), Duration.ofSeconds(settings.wholeNumber("stopGraceSeconds")));
    return new SwarmProvisioner(engine, specs, Set.copyOf(allowed));
  }

  /** Makes no call: a swarm that is away now may be back when it is needed. */
  static DockerClient connect(String dockerHost) {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(dockerHost).build();
    return DockerClientImpl.getInstance(
        config,
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(CONNECTIONS_MAX)
            .connectionTimeout(CONNECT_TIMEOUT)
            .responseTimeout(RESPONSE_TIMEOUT)
            .build());
  }
}
