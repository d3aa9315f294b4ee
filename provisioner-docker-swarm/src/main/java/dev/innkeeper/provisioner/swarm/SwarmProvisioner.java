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
import dev.innkeeper.provisioner.capability.Addressed;
import dev.innkeeper.provisioner.capability.Commandable;
import dev.innkeeper.provisioner.capability.Logged;
import dev.innkeeper.provisioner.capability.Resizable;
import dev.innkeeper.provisioner.capability.StatsStream;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Container workloads on Docker Swarm: a service each, suspended by a scale of 0, its volumes kept
 * until it is removed.
 */
final class SwarmProvisioner
    implements Provisioner, Resizable, Commandable, Logged, StatsStream, Addressed {
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

  /** Tasks that no machine has taken yet: nothing of theirs is anywhere. */
  private static final Set<TaskState> UNPLACED =
      EnumSet.of(TaskState.NEW, TaskState.ALLOCATED, TaskState.PENDING);

  private final Engine engine;
  private final ServiceSpecs specs;
  private final Engines engines;
  private final Fleet fleet;
  private final Commands commands;
  private final Optional<String> publicHost;

  /**
   * @param publicHost under which published ports are reached; empty for each hub's own name
   */
  SwarmProvisioner(
      Engines engines,
      ServiceSpecs specs,
      Set<String> allowedCommands,
      Optional<String> publicHost) {
    this.engine = engines.manager();
    this.engines = engines;
    this.fleet = engines.fleet();
    this.specs = specs;
    this.commands = new Commands(allowedCommands);
    this.publicHost = publicHost;
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
    ContainerWorkload workload = (ContainerWorkload) spec.workload();
    return onEngine(
        () -> {
          Optional<Service> found = engine.findService(spec.id());
          if (found.isEmpty()) {
            return placed(
                fleet.place(spec.id(), workload, Optional.empty()),
                placement -> {
                  engine.createService(specs.of(spec, workload, placement));
                  return Outcome.inProgress("the service is made", SOON);
                });
          }
          Service service = found.get();
          boolean same =
              ServiceSpecs.label(service, ServiceSpecs.DIGEST).equals(Optional.of(spec.digest()));
          if (!same || replicas(service) != 1) {
            return placed(
                fleet.place(spec.id(), workload, found),
                placement -> update(service, specs.of(spec, workload, placement)));
          }
          List<Task> tasks = engine.tasksOf(service);
          return isMisplaced(service, tasks)
              ? placed(
                  fleet.place(spec.id(), workload, Optional.empty()),
                  placement -> move(service, specs.of(spec, workload, placement), placement))
              : progress(tasks, spec.digest());
        });
  }

  private static Outcome placed(Fleet.Choice choice, Function<Placement, Outcome> then) {
    return choice instanceof Fleet.Choice.Placed placed
        ? then.apply(placed.placement())
        : ((Fleet.Choice.NotYet) choice).outcome();
  }

  private Outcome update(Service service, ServiceSpec wanted) {
    engine.updateService(service, wanted);
    return Outcome.inProgress("the service is brought up to date", SOON);
  }

  /** Where there is nothing better to be had, the engine's own words say why it waits. */
  private Outcome move(Service service, ServiceSpec wanted, Placement to) {
    return to.equals(Placement.of(service))
        ? progress(engine.tasksOf(service), digest(service))
        : update(service, wanted);
  }

  /**
   * Whether the engine can't run it where it was put, since another server put something there at
   * the same moment, and it never ran, so that it may still go elsewhere.
   */
  private boolean isMisplaced(Service service, List<Task> tasks) {
    Placement placement = Placement.of(service);
    boolean chosen = placement.hub().isPresent() || !placement.ports().isEmpty();
    return chosen
        && !tasks.isEmpty()
        && tasks.stream().allMatch(task -> UNPLACED.contains(task.getStatus().getState()))
        && tasks.stream().anyMatch(task -> !blank(task.getStatus().getErr()))
        && engines
            .of(placement)
            .volumesOf(ResourceId.parse(label(service, ServiceSpecs.RESOURCE)))
            .isEmpty();
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
          for (Engine each : engines.all()) {
            if (!each.containersOf(ref.id()).isEmpty()) {
              return Outcome.inProgress("the container is stopping", SOON);
            }
            for (String volume : each.volumesOf(ref.id())) {
              each.removeVolume(volume);
            }
          }
          fleet.shrink();
          return Outcome.ready();
        });
  }

  @Override
  public Observation observe(ResourceRef ref) {
    Optional<Service> service = engine.findService(ref.id());
    if (service.isPresent()) {
      return observation(service.get(), engine.tasksOf(service.get()));
    }
    boolean left = engines.all().stream().anyMatch(each -> !each.volumesOf(ref.id()).isEmpty());
    return left ? Observation.of(ResourceState.TERMINATING) : Observation.absent();
  }

  /** Two calls, and one for each machine's volumes, however many services there are. */
  @Override
  public void inventory(Consumer<ObservedResource> each) {
    Map<String, List<Task>> tasks = new HashMap<>();
    for (Task task : engine.tasksOfAll()) {
      tasks.computeIfAbsent(task.getServiceId(), id -> new ArrayList<>()).add(task);
    }
    Set<ResourceId> found = new HashSet<>();
    for (Service service : engine.servicesOf(specs.instance())) {
      ref(service.getSpec().getLabels())
          .filter(ref -> found.add(ref.id()))
          .ifPresent(
              ref ->
                  each.accept(
                      new ObservedResource(
                          ref,
                          observation(service, tasks.getOrDefault(service.getId(), List.of())))));
    }
    for (Engine machine : engines.all()) {
      for (Map<String, String> labels : machine.volumeLabels(specs.instance())) {
        ref(labels)
            .filter(ref -> found.add(ref.id()))
            .ifPresent(
                ref ->
                    each.accept(
                        new ObservedResource(ref, Observation.of(ResourceState.TERMINATING))));
      }
    }
  }

  private static Optional<ResourceRef> ref(@Nullable Map<String, String> labels) {
    String id = labels == null ? null : labels.get(ServiceSpecs.RESOURCE);
    String name = labels == null ? null : labels.get(ServiceSpecs.NAME);
    return id != null && name != null && DnsLabel.isOne(name)
        ? Optional.of(new ResourceRef(ResourceId.parse(id), name))
        : Optional.empty();
  }

  private Observation observation(Service service, List<Task> tasks) {
    String digest = digest(service);
    long replicas = replicas(service);
    if (replicas == 0) {
      return Observation.of(ResourceState.SUSPENDED).withSpecDigest(digest);
    }
    List<Task> own = tasksOf(tasks, digest);
    Optional<Task> running = own.stream().filter(SwarmProvisioner::runs).findFirst();
    Observation seen;
    if (running.isPresent()) {
      seen = Observation.of(ResourceState.RUNNING).withFacts(facts(service));
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

  /** Where it is reached and, where machines are told apart, on which it is. */
  private Map<String, String> facts(Service service) {
    Map<String, String> facts = new TreeMap<>();
    Placement.of(service).hub().ifPresent(hub -> facts.put("hub", hub));
    Map<String, Address> addresses = addresses(service);
    addresses.forEach((port, address) -> facts.put("port " + port, address.value()));
    addresses.values().stream()
        .filter(address -> address.type() == Address.Type.URL)
        .findFirst()
        .ifPresent(url -> facts.put("url", url.value()));
    return facts;
  }

  @Override
  public List<Address> addresses(ResourceRef ref) {
    return engine
        .findService(ref.id())
        .map(service -> List.copyOf(addresses(service).values()))
        .orElse(List.of());
  }

  private Map<String, Address> addresses(Service service) {
    Placement placement = Placement.of(service);
    Optional<String> host = publicHost.or(placement::hub);
    Map<String, Address> addresses = new TreeMap<>();
    host.ifPresent(
        name ->
            placement
                .ports()
                .forEach((port, number) -> addresses.put(port, address(name, port, number))));
    return addresses;
  }

  /** A port named http is a web site's; what others speak, their owners know. */
  private static Address address(String host, String port, int number) {
    String value = host + ":" + number;
    return port.startsWith("http")
        ? new Address(Address.Type.URL, "http://" + value + "/")
        : new Address(Address.Type.HOST_NAME, value);
  }

  @Override
  public Effect effectOf(ResourceSpec wanted) {
    return engine
        .findService(wanted.id())
        .flatMap(
            service -> fleet.refusal(wanted.id(), (ContainerWorkload) wanted.workload(), service))
        .<Effect>map(Effect.Refused::new)
        .orElseGet(Effect.Restart::new);
  }

  @Override
  public Result run(ResourceRef ref, Command command) {
    return commands.run(engineOf(ref), ref.id(), command);
  }

  @Override
  public Set<String> allowedPrograms() {
    return commands.allowed();
  }

  @Override
  public List<String> logs(ResourceRef ref, int linesMax) {
    return commands.logs(engineOf(ref), ref.id(), linesMax);
  }

  @Override
  public Stream watch(ResourceRef ref, Duration interval, Consumer<Sample> samples) {
    Engine machine = engineOf(ref);
    return machine.containersOf(ref.id()).stream()
        .filter(SwarmProvisioner::isRunning)
        .findFirst()
        .map(container -> Stats.watch(machine, container, interval, samples))
        .orElseGet(Stats::closed);
  }

  /** The engine of the machine it is on. */
  private Engine engineOf(ResourceRef ref) {
    return engine.findService(ref.id()).map(Placement::of).map(engines::of).orElse(engine);
  }

  @Override
  public void close() {
    engines.close();
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

  private static boolean blank(@Nullable String text) {
    return text == null || text.isBlank();
  }

  private static String label(Service service, String name) {
    return ServiceSpecs.label(service, name).orElse("");
  }

  private static String digest(Service service) {
    return label(service, ServiceSpecs.DIGEST);
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
