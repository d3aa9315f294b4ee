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
import dev.innkeeper.provisioner.swarm.hub.Machines;
import dev.innkeeper.provisioner.swarm.hub.MachinesFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pf4j.Extension;

/** What the plugin is called, what can be set, and how it is made. */
@Extension
public final class SwarmFactory implements ProvisionerFactory {
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");
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
              .orElse(""),
          Setting.text("hubs", "where hubs come from, such as inventory; empty: the swarm places")
              .orElse(""),
          Setting.text("hubMachines", "the machines, in the words of what hubs come from")
              .orElse(""),
          Setting.wholeNumber("hubGigabytes", 1, 4096, "how much memory of each hub is sold")
              .orElse("15"),
          Setting.text("publishedPorts", "FIRST-LAST, from which services get theirs")
              .orElse("30000-32767"),
          Setting.text("publicHost", "where published ports are reached; empty: the hub's name")
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
    return create(context, host -> new Engine(connect(host)));
  }

  static SwarmProvisioner create(ProvisionerContext context, Function<String, Engine> connect) {
    Settings settings = context.settings();
    Set<String> allowed = new TreeSet<>();
    Arrays.stream(settings.text("allowedCommands").split(",", -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .forEach(allowed::add);
    ServiceSpecs specs =
        new ServiceSpecs(
            context.instance(), Duration.ofSeconds(settings.wholeNumber("stopGraceSeconds")));
    Fleet.Options options =
        new Fleet.Options(
            context.instance(),
            Math.toIntExact(settings.wholeNumber("hubGigabytes")),
            settings.optionalText("publishedPorts").map(SwarmFactory::range));
    Optional<Machines> machines =
        settings
            .optionalText("hubs")
            .map(kind -> machines(kind).open(settings.text("hubMachines")));
    return new SwarmProvisioner(
        new Engines(
            settings.text("dockerHost"), connect, manager -> new Fleet(manager, options, machines)),
        specs,
        Collections.unmodifiableSet(allowed),
        settings.optionalText("publicHost"));
  }

  /** Found beside the plugin's own classes: what lies in its lib folder can add kinds. */
  private static MachinesFactory machines(String kind) {
    List<String> known = new ArrayList<>();
    for (MachinesFactory factory :
        ServiceLoader.load(MachinesFactory.class, SwarmFactory.class.getClassLoader())) {
      if (factory.kind().equals(kind)) {
        return factory;
      }
      known.add(factory.kind());
    }
    throw new IllegalArgumentException("hubs: must be one of " + known + ", was '" + kind + "'");
  }

  private static Fleet.PortRange range(String text) {
    Matcher matcher = RANGE.matcher(text.strip());
    if (matcher.matches()) {
      int first = Integer.parseInt(matcher.group(1));
      int last = Integer.parseInt(matcher.group(2));
      if (first >= 1 && first <= last && last <= 65_535) {
        return new Fleet.PortRange(first, last);
      }
    }
    throw new IllegalArgumentException(
        "publishedPorts: must be FIRST-LAST, such as 30000-32767, was '" + text + "'");
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
