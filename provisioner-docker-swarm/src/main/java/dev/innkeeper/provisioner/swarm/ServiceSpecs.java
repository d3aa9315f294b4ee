package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.model.ContainerSpec;
import com.github.dockerjava.api.model.EndpointResolutionMode;
import com.github.dockerjava.api.model.EndpointSpec;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PortConfig;
import com.github.dockerjava.api.model.PortConfigProtocol;
import com.github.dockerjava.api.model.ResourceRequirements;
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
import java.util.List;
import java.util.Map;

/**
 * How a container workload is written as a service. The service's name is made from our id, and the
 * engine lets a name exist once: so there can't be two services for one resource.
 */
record ServiceSpecs(String instance, Duration stopGrace) {
  static final String INSTANCE = "dev.innkeeper.instance";
  static final String RESOURCE = "dev.innkeeper.resource";
  static final String NAME = "dev.innkeeper.name";
  static final String DIGEST = "dev.innkeeper.digest";

  /** A thousandth of a core, in the engine's unit. */
  private static final long NANO_CPUS = 1_000_000;

  static String serviceName(ResourceId id) {
    return "ik-" + id;
  }

  ServiceSpec of(ResourceSpec spec, ContainerWorkload workload) {
    Map<String, String> own = Map.of(INSTANCE, instance, RESOURCE, spec.id().toString());
    Map<String, String> ofContainer = new java.util.TreeMap<>(own);
    ofContainer.put(DIGEST, spec.digest());
    ServiceSpec service =
        new ServiceSpec()
            .withName(serviceName(spec.id()))
            .withLabels(
                Map.of(
                    INSTANCE,
                    instance,
                    RESOURCE,
                    spec.id().toString(),
                    NAME,
                    spec.name(),
                    DIGEST,
                    spec.digest()))
            .withMode(replicas(1))
            .withTaskTemplate(
                new TaskSpec()
                    .withContainerSpec(container(spec, workload, own).withLabels(ofContainer))
                    .withResources(resources(workload))
                    .withPlacement(placement(workload)));
    // Without names and ports a service needs no address of its own, and no kernel support for one.
    return service.withEndpointSpec(
        new EndpointSpec()
            .withMode(EndpointResolutionMode.DNSRR)
            .withPorts(workload.ports().stream().map(ServiceSpecs::port).toList()));
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

  private static ServicePlacement placement(ContainerWorkload workload) {
    return new ServicePlacement()
        .withConstraints(
            workload.placement().entrySet().stream()
                .map(entry -> "node.labels." + entry.getKey() + "==" + entry.getValue())
                .sorted()
                .toList());
  }

  /** On the machine where the container runs, at a port that the engine chooses. */
  private static PortConfig port(Port port) {
    return new PortConfig()
        .withName(port.name())
        .withTargetPort(port.number())
        .withProtocol(
            port.protocol() == Port.Protocol.UDP ? PortConfigProtocol.UDP : PortConfigProtocol.TCP)
        .withPublishMode(PortConfig.PublishMode.host);
  }
}
