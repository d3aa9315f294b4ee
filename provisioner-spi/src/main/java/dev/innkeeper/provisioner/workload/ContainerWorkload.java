package dev.innkeeper.provisioner.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One container, kept running.
 *
 * @param image as a registry names it, with tag or digest
 * @param command replaces the image's own; empty to keep that
 * @param environment variables; values may be secrets
 * @param resources upper limits, enforced by the provisioner
 * @param volumes kept across suspension
 * @param ports reached from outside
 * @param hostName under which HTTP ports are reached, if it has one of its own
 * @param placement labels that the machine must have
 */
public record ContainerWorkload(
    String image,
    List<String> command,
    Map<String, String> environment,
    Resources resources,
    List<Volume> volumes,
    List<Port> ports,
    Optional<String> hostName,
    Map<String, String> placement)
    implements Workload {
  private static final int ITEMS_MAX = 100;

  public ContainerWorkload {
    Check.notBlank("image", image);
    Check.atMost("command", command, ITEMS_MAX);
    Check.atMost("environment", environment.keySet(), ITEMS_MAX);
    Check.atMost("volumes", volumes, ITEMS_MAX);
    Check.atMost("ports", ports, ITEMS_MAX);
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    volumes = List.copyOf(volumes);
    ports = List.copyOf(ports);
    placement = Map.copyOf(placement);
    if (volumes.stream().map(Volume::name).distinct().count() != volumes.size()) {
      throw new IllegalArgumentException("volumes: names must differ");
    }
    if (ports.stream().map(Port::name).distinct().count() != ports.size()) {
      throw new IllegalArgumentException("ports: names must differ");
    }
  }

  public static Builder builder(String image, Resources resources) {
    return new Builder(image, resources);
  }

  /** Environment values may be secrets and are left out. */
  @Override
  public String toString() {
    return "ContainerWorkload[" + image + ", " + resources + ", volumes=" + volumes + "]";
  }

  /** Collects what is not always there. Not thread-safe. */
  public static final class Builder {
    private final String image;
    private final Resources resources;
    private List<String> command = List.of();
    private final Map<String, String> environment = new TreeMap<>();
    private final List<Volume> volumes = new ArrayList<>();
    private final List<Port> ports = new ArrayList<>();
    private Optional<String> hostName = Optional.empty();
    private final Map<String, String> placement = new TreeMap<>();

    private Builder(String image, Resources resources) {
      this.image = image;
      this.resources = resources;
    }

    public Builder command(String... words) {
      command = List.of(words);
      return this;
    }

    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    public Builder volume(Volume volume) {
      volumes.add(volume);
      return this;
    }

    public Builder port(Port port) {
      ports.add(port);
      return this;
    }

    public Builder hostName(String name) {
      hostName = Optional.of(name);
      return this;
    }

    public Builder placement(String label, String value) {
      placement.put(label, value);
      return this;
    }

    /**
     * @throws IllegalArgumentException naming the field that holds what it can't hold
     */
    public ContainerWorkload build() {
      return new ContainerWorkload(
          image, command, environment, resources, volumes, ports, hostName, placement);
    }
  }
}
