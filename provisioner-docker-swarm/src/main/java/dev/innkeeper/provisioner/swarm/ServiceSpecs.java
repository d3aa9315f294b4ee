package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.model.ContainerSpec;
import com.github.dockerjava.api.model.EndpointResolutionMode;
import com.github.dockerjava.api.model.EndpointSpec;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PortConfig;
import com.github.dockerjava.api.model.PortConfigProtocol;
import com.github.dockerjava.api.model.ResourceRequirements;
import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.ServiceModeConfig;
import com.github.dockerjava.api.model.ServicePlacement;
import com.github.dockerjava.api.model.ServiceReplicatedModeOptions;
import com.github.dockerjava.api.model.ServiceSpec;
import com.github.dockerjava.api.model.TaskSpec;
import com.github.dockerjava.api.model.VolumeOptions;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.Port;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a container workload is written as a service. The service's name is made from our id, and the
 * engine lets a name exist once: so there can't be two services for one resource.
 */
record ServiceSpecs(String instance, Duration stopGrace) {
  static final String INSTANCE = "dev.innkeeper.instance";
  static final String RESOURCE = "dev.innkeeper.resource";
  static final String NAME = "dev.innkeeper.name";
  static final String DIGEST = "dev.innkeeper.digest";

  /** On a service: the machine it was put on. On a node: whose hub it is. */
  static final String HUB = "dev.innkeeper.hub";

  /** What a service takes of its hub. */
  static final String GIGABYTES = "dev.innkeeper.gigabytes";

  /** A thousandth of a core, in the engine's unit. */
  private static final long NANO_CPUS = 1_000_000;

  static String serviceName(ResourceId id) {
    return "ik-" + id;
  }

  static Optional<String> label(Service service, String name) {
    Map<String, String> labels = service.getSpec().getLabels();
    return labels == null ? Optional.empty() : Optional.ofNullable(labels.get(name));
  }

  ServiceSpec of(ResourceSpec spec, ContainerWorkload workload, Placement placement) {
    Map<String, String> ofVolumes =
        Map.of(INSTANCE, instance, RESOURCE, spec.id().toString(), NAME, spec.name());
    Map<String, String> ofContainer = new TreeMap<>(ofVolumes);
    ofContainer.put(DIGEST, spec.digest());
    Map<String, String> ofService = new TreeMap<>(ofContainer);
    placement
        .hub()
        .ifPresent(
            hub -> {
              ofService.put(HUB, hub);
              ofService.put(GIGABYTES, String.valueOf(Fleet.gigabytes(workload)));
            });
    // Without an address of its own it needs no kernel support for one.
    EndpointSpec endpoint =
        new EndpointSpec()
            .withMode(EndpointResolutionMode.DNSRR)
            .withPorts(workload.ports().stream().map(port -> port(port, placement)).toList());
    return new ServiceSpec()
        .withName(serviceName(spec.id()))
        .withLabels(ofService)
        .withMode(replicas(1))
        .withTaskTemplate(
            new TaskSpec()
                .withContainerSpec(container(spec, workload, ofVolumes).withLabels(ofContainer))
                .withResources(resources(workload))
                .withPlacement(constraints(workload, placement)))
        .withEndpointSpec(endpoint);
  }

  static ServiceModeConfig replicas(int count) {
    return new ServiceModeConfig()
        .withReplicated(new ServiceReplicatedModeOptions().withReplicas(count));
  }

  private ContainerSpec container(
      ResourceSpec spec, ContainerWorkload workload, Map<String, String> ofVolumes) {
    List<Mount> mounts =
        workload.volumes().stream()
            .map(
                volume ->
                    new Mount()
                        .withType(MountType.VOLUME)
                        .withSource(serviceName(spec.id()) + "-" + volume.name())
                        .withTarget(volume.mountPath())
                        .withVolumeOptions(new VolumeOptions().withLabels(ofVolumes)))
            .toList();
    ContainerSpec container =
        new ContainerSpec()
            .withImage(workload.image())
            .withEnv(
                workload.environment().entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .sorted()
                    .toList())
            .withMounts(mounts)
            .withStopGracePeriod(stopGrace.toNanos());
    workload.hostName().ifPresent(container::withHostname);
    return workload.command().isEmpty() ? container : container.withCommand(workload.command());
  }

  /** The limit is reserved as well: a machine is full when its memory is sold. */
  private static ResourceRequirements resources(ContainerWorkload workload) {
    com.github.dockerjava.api.model.ResourceSpecs limits =
        new com.github.dockerjava.api.model.ResourceSpecs()
            .withNanoCPUs(workload.resources().cpuMillis() * NANO_CPUS)
            .withMemoryBytes(workload.resources().memoryBytes());
    return new ResourceRequirements()
        .withLimits(limits)
        .withReservations(
            new com.github.dockerjava.api.model.ResourceSpecs()
                .withMemoryBytes(workload.resources().memoryBytes()));
  }

  private static ServicePlacement constraints(ContainerWorkload workload, Placement placement) {
    List<String> constraints = new ArrayList<>();
    workload
        .placement()
        .forEach((label, value) -> constraints.add("node.labels." + label + "==" + value));
    placement.hub().ifPresent(hub -> constraints.add("node.hostname==" + hub));
    return new ServicePlacement().withConstraints(constraints.stream().sorted().toList());
  }

  /** On the machine where the container runs. Without a number the engine chooses one. */
  private static PortConfig port(Port port, Placement placement) {
    PortConfig config =
        new PortConfig()
            .withName(port.name())
            .withTargetPort(port.number())
            .withProtocol(
                port.protocol() == Port.Protocol.UDP
                    ? PortConfigProtocol.UDP
                    : PortConfigProtocol.TCP)
            .withPublishMode(PortConfig.PublishMode.host);
    Integer published = placement.ports().get(port.name());
    return published == null ? config : config.withPublishedPort(published);
  }
}
