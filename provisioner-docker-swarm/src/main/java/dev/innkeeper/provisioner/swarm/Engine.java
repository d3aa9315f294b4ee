package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.ExecCreateCmdResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.ServiceSpec;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.SwarmNode;
import com.github.dockerjava.api.model.SwarmNodeSpec;
import com.github.dockerjava.api.model.Task;
import dev.innkeeper.provisioner.ResourceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The calls to the engine that are needed. What changes something is a method of its own, so that
 * tests can have each of them fail.
 */
class Engine implements Cluster {
  private final DockerClient docker;

  Engine(DockerClient docker) {
    this.docker = docker;
  }

  void createService(ServiceSpec spec) {
    docker.createServiceCmd(spec).exec();
  }

  /** Refused by the engine when the service has changed since it was read. */
  void updateService(Service read, ServiceSpec spec) {
    docker.updateServiceCmd(read.getId(), spec).withVersion(read.getVersion().getIndex()).exec();
  }

  void removeService(Service service) {
    docker.removeServiceCmd(service.getId()).exec();
  }

  void removeVolume(String name) {
    docker.removeVolumeCmd(name).exec();
  }

  @Override
  public void updateNode(SwarmNode read, SwarmNodeSpec spec) {
    docker
        .updateSwarmNodeCmd()
        .withSwarmNodeId(read.getId())
        .withVersion(read.getVersion().getIndex())
        .withSwarmNodeSpec(spec)
        .exec();
  }

  @Override
  public final List<SwarmNode> nodes() {
    return docker.listSwarmNodesCmd().exec();
  }

  @Override
  public final List<Service> services() {
    return docker.listServicesCmd().exec();
  }

  final Optional<Service> findService(ResourceId id) {
    try {
      return Optional.of(docker.inspectServiceCmd(ServiceSpecs.serviceName(id)).exec());
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public final List<Service> servicesOf(String instance) {
    return docker.listServicesCmd().withLabelFilter(Map.of(ServiceSpecs.INSTANCE, instance)).exec();
  }

  final List<Task> tasksOf(Service service) {
    return docker.listTasksCmd().withServiceFilter(service.getId()).exec();
  }

  /** Tasks of all services of ours. */
  final List<Task> tasksOfAll() {
    return docker.listTasksCmd().exec();
  }

  /** On this machine, running or not. */
  final List<Container> containersOf(ResourceId id) {
    return docker
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of(ServiceSpecs.RESOURCE, id.toString()))
        .exec();
  }

  final List<String> volumesOf(ResourceId id) {
    List<InspectVolumeResponse> found =
        docker
            .listVolumesCmd()
            .withFilter("label", List.of(ServiceSpecs.RESOURCE + "=" + id))
            .exec()
            .getVolumes();
    return found == null ? List.of() : found.stream().map(InspectVolumeResponse::getName).toList();
  }

  /** Labels of all volumes of an instance on this machine. */
  final List<Map<String, String>> volumeLabels(String instance) {
    List<InspectVolumeResponse> found =
        docker
            .listVolumesCmd()
            .withFilter("label", List.of(ServiceSpecs.INSTANCE + "=" + instance))
            .exec()
            .getVolumes();
    return found == null
        ? List.of()
        : found.stream()
            .map(InspectVolumeResponse::getLabels)
            .filter(labels -> labels != null)
            .toList();
  }

  /** One answer about every second until the callback is closed. */
  final void stats(Container container, ResultCallback.Adapter<Statistics> answers) {
    docker.statsCmd(container.getId()).withNoStream(false).exec(answers);
  }

  /**
   * @param environment in addition to the container's, as {@code NAME=value}
   */
  final String createExec(Container container, List<String> words, List<String> environment) {
    ExecCreateCmdResponse exec =
        docker
            .execCreateCmd(container.getId())
            .withAttachStdout(true)
            .withAttachStderr(true)
            .withCmd(words.toArray(new String[0]))
            .withEnv(environment)
            .exec();
    return exec.getId();
  }

  final void startExec(String exec, ResultCallback.Adapter<Frame> output) {
    docker.execStartCmd(exec).exec(output);
  }

  final boolean isRunning(String exec) {
    return Boolean.TRUE.equals(docker.inspectExecCmd(exec).exec().isRunning());
  }

  final Long exitCodeOf(String exec) {
    return docker.inspectExecCmd(exec).exec().getExitCodeLong();
  }

  final void logs(Container container, int lines, ResultCallback.Adapter<Frame> output) {
    docker
        .logContainerCmd(container.getId())
        .withStdOut(true)
        .withStdErr(true)
        .withTail(lines)
        .exec(output);
  }

  final void close() {
    try {
      docker.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
