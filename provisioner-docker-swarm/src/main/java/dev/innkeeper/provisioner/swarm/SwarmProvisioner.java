package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerSpec;
import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.ServiceSpec;
import com.github.dockerjava.api.model.Task;
import com.github.dockerjava.api.model.TaskState;
import dev.innkeeper.provisioner.DnsLabel;
import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.SpecProblem;
import dev.innkeeper.provisioner.capability.Commandable;
import dev.innkeeper.provisioner.capability.Logged;
import dev.innkeeper.provisioner.capability.Resizable;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Container workloads on Docker Swarm: a service each, suspended by a scale of 0, its volumes kept
 * until it is removed.
 */
final class SwarmProvisioner implements Provisioner, Resizable, Commandable, Logged {
  private static final Duration SOON = Duration.ofMillis(200);
  private static final Set<TaskState> OVER =
      EnumSet.of(
          TaskState.COMPLETE,
          TaskState.SHUTDOWN,
          TaskState.FAILED,
          TaskState.REJECTED,
          TaskState.REMOVE,
          TaskState.ORPHANED);
  private static final Set<TaskState> BROKEN = EnumSet.of(TaskState.FAILED, TaskState.REJECTED);

  private final Engine engine;
  private final ServiceSpecs specs;
  private final Commands commands;

  SwarmProvisioner(Engine engine, ServiceSpecs specs, Set<String> allowedCommands) {
    this.engine = engine;
    this.specs = specs;
    this.commands = new Commands(engine, allowedCommands);
  }

  @Override
  public List<SpecProblem> validate(ResourceSpec spec) {
    return spec.workload() instanceof ContainerWorkload
        ? List.of()
        : List.of(new SpecProblem("workload", "must be a container for Docker Swarm"));
  }

  @Override
  public Outcome ensureRunning(ResourceSpec spec) {
    List<SpecProblem> problems = validate(spec);
    if (!problems.isEmpty()) {
      return Outcome.invalid(problems);
    }
    ServiceSpec wanted = specs.of(spec, (ContainerWorkload) spec.workload());
    return onEngine(
        () -> {
          Optional<Service> found = engine.findService(spec.id());
          if (found.isEmpty()) {
            engine.createService(wanted);
            return Outcome.inProgress("the service is made", SOON);
          }
          Service service = found.get();
          boolean same = spec.digest().equals(label(service, ServiceSpecs.DIGEST));
          if (!same || replicas(service) != 1) {
            engine.updateService(service, wanted);
            return Outcome.inProgress("the service is brought up to date", SOON);
          }
          return progress(engine.tasksOf(service), spec.digest());
        });
  }

  private static Outcome progress(List<Task> tasks, String digest) {
    List<Task> own = tasksOf(tasks, digest);
    if (own.stream().anyMatch(SwarmProvisioner::runs)) {
      return Outcome.ready();
    }
    Optional<Task> last = own.stream().findFirst();
    String words = last.map(SwarmProvisioner::words).orElse("waiting for the engine");
    return last.isPresent() && BROKEN.contains(last.get().getStatus().getState())
        ? Outcome.transientFailure(words)
        : Outcome.inProgress(words, SOON);
  }

  @Override
  public Outcome ensureSuspended(ResourceRef ref) {
    return onEngine(
        () -> {
          Optional<Service> found = engine.findService(ref.id());
          if (found.isEmpty()) {
            return Outcome.ready();
          }
          Service service = found.get();
          if (replicas(service) != 0) {
            engine.updateService(service, service.getSpec().withMode(ServiceSpecs.replicas(0)));
            return Outcome.inProgress("the container is stopped", SOON);
          }
          return engine.tasksOf(service).stream().allMatch(SwarmProvisioner::isOver)
              ? Outcome.ready()
              : Outcome.inProgress("the container is stopping", SOON);
        });
  }

  /** Steps: the service, then its containers, which the engine removes, then their volumes. */
  @Override
  public Outcome ensureAbsent(ResourceRef ref) {
    return onEngine(
        () -> {
          Optional<Service> found = engine.findService(ref.id());
          if (found.isPresent()) {
            engine.removeService(found.get());
            return Outcome.inProgress("the service is removed", SOON);
          }
          if (!engine.containersOf(ref.id()).isEmpty()) {
            return Outcome.inProgress("the container is stopping", SOON);
          }
          for (String volume : engine.volumesOf(ref.id())) {
            engine.removeVolume(volume);
          }
          return Outcome.ready();
        });
  }

  @Override
  public Observation observe(ResourceRef ref) {
    Optional<Service> service = engine.findService(ref.id());
    if (service.isPresent()) {
      return observation(service.get(), engine.tasksOf(service.get()));
    }
    return engine.volumesOf(ref.id()).isEmpty()
        ? Observation.absent()
        : Observation.of(ResourceState.TERMINATING);
  }

  /** Two calls, however many services there are. */
  @Override
  public void inventory(Consumer<ObservedResource> each) {
    Map<String, List<Task>> tasks = new HashMap<>();
    for (Task task : engine.tasksOfAll()) {
      tasks.computeIfAbsent(task.getServiceId(), id -> new ArrayList<>()).add(task);
    }
    for (Service service : engine.servicesOf(specs.instance())) {
      String id = label(service, ServiceSpecs.RESOURCE);
      String name = label(service, ServiceSpecs.NAME);
      if (id != null && name != null && DnsLabel.isOne(name)) {
        each.accept(
            new ObservedResource(
                new ResourceRef(ResourceId.parse(id), name),
                observation(service, tasks.getOrDefault(service.getId(), List.of()))));
      }
    }
  }

  private static Observation observation(Service service, List<Task> tasks) {
    String digest = String.valueOf(label(service, ServiceSpecs.DIGEST));
    long replicas = replicas(service);
    if (replicas == 0) {
      return Observation.of(ResourceState.SUSPENDED).withSpecDigest(digest);
    }
    List<Task> own = tasksOf(tasks, digest);
    Optional<Task> running = own.stream().filter(SwarmProvisioner::runs).findFirst();
    Observation seen;
    if (running.isPresent()) {
      seen =
          Observation.of(ResourceState.RUNNING)
              .withFacts(Map.of("node", String.valueOf(running.get().getNodeId())));
    } else {
      Optional<Task> last = own.stream().findFirst();
      boolean broken = last.isPresent() && BROKEN.contains(last.get().getStatus().getState());
      seen =
          Observation.of(broken ? ResourceState.FAILED : ResourceState.STARTING)
              .withMessage(last.map(SwarmProvisioner::words).orElse("waiting for the engine"));
    }
    List<String> drift =
        replicas == 1 ? List.of() : List.of("it runs " + replicas + " times and was sold once");
    return seen.withSpecDigest(digest).withDrift(drift);
  }

  @Override
  public Effect effectOf(ResourceSpec wanted) {
    return new Effect.Restart();
  }

  @Override
  public Result run(ResourceRef ref, Command command) {
    return commands.run(ref.id(), command);
  }

  @Override
  public List<String> logs(ResourceRef ref, int linesMax) {
    return commands.logs(ref.id(), linesMax);
  }

  @Override
  public void close() {
    engine.close();
  }

  /** Of this specification, the latest first. */
  private static List<Task> tasksOf(List<Task> tasks, String digest) {
    return tasks.stream()
        .filter(
            task -> {
              ContainerSpec container = task.getSpec().getContainerSpec();
              Map<String, String> labels =
                  container == null || container.getLabels() == null
                      ? Map.of()
                      : container.getLabels();
              return digest.equals(labels.get(ServiceSpecs.DIGEST));
            })
        .sorted(Comparator.comparing(Task::getCreatedAt).reversed())
        .toList();
  }

  private static boolean runs(Task task) {
    return task.getDesiredState() == TaskState.RUNNING
        && task.getStatus().getState() == TaskState.RUNNING;
  }

  private static boolean isOver(Task task) {
    return OVER.contains(task.getStatus().getState());
  }

  /** The engine's own: what went wrong if anything did, else what it is at. */
  private static String words(Task task) {
    String error = task.getStatus().getErr();
    return error == null || error.isBlank() ? String.valueOf(task.getStatus().getMessage()) : error;
  }

  private static @Nullable String label(Service service, String name) {
    Map<String, String> labels = service.getSpec().getLabels();
    return labels == null ? null : labels.get(name);
  }

  private static long replicas(Service service) {
    var replicated = service.getSpec().getMode().getReplicated();
    return replicated == null ? -1 : replicated.getReplicas();
  }

  static boolean isRunning(Container container) {
    return "running".equals(container.getState());
  }

  private static Outcome onEngine(Supplier<Outcome> work) {
    try {
      return work.get();
    } catch (BadRequestException e) {
      return Outcome.permanent(words(e));
    } catch (ConflictException | NotFoundException e) {
      // Somebody was faster, or a volume is still let go of: look again.
      return Outcome.inProgress(words(e), SOON);
    } catch (DockerException e) {
      return Outcome.transientFailure(words(e));
    } catch (RuntimeException e) {
      return Outcome.unreachable("the Docker engine does not answer: " + e);
    }
  }

  private static String words(DockerException e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.toString() : message.strip();
  }
}
