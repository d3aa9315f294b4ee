package dev.innkeeper.provisioner.swarm;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.ServiceSpec;
import com.github.dockerjava.api.model.SwarmNode;
import com.github.dockerjava.api.model.SwarmNodeSpec;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.Faults;
import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.VirtualMachine;
import dev.innkeeper.provisioner.workload.Volume;
import dev.innkeeper.provisioner.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A real swarm, seen with a client of its own. */
final class SwarmWorld implements ContractWorld {
  private final TestSwarm swarm;
  private final DockerClient docker;

  /** Tests run side by side on one engine. */
  private final String instance = "test-" + UUID.randomUUID().toString().substring(0, 8);

  SwarmWorld(TestSwarm swarm) {
    this.swarm = swarm;
    this.docker = SwarmFactory.connect(swarm.host());
  }

  @Override
  public Provisioner open(Faults faults) {
    Map<String, String> settings =
        Map.of(
            "dockerHost", swarm.host(),
            "stopGraceSeconds", "1",
            "allowedCommands", "echo,seq,sleep,sh");
    ProvisionerContext context =
        new ProvisionerContext(
            instance,
            Path.of("unused"),
            Clock.systemUTC(),
            new SwarmFactory().settings().read("", settings));
    return SwarmFactory.create(
        context, host -> new FaultyEngine(SwarmFactory.connect(host), faults));
  }

  @Override
  public Workload workload() {
    return container(16);
  }

  @Override
  public Optional<Workload> changedWorkload() {
    return Optional.of(container(24));
  }

  private static Workload container(int memoryMegabytes) {
    return ContainerWorkload.builder(TestSwarm.IMAGE, new Resources(50, memoryMegabytes))
        .command("sh", "-c", "trap 'exit 0' TERM; echo started; sleep 100000 & wait")
        .volume(new Volume("data", "/data", 10))
        .build();
  }

  @Override
  public Workload refusedWorkload() {
    return new VirtualMachine("debian", new Resources(1000, 512), 1024, List.of(), Set.of());
  }

  @Override
  public boolean serves(ResourceRef ref) {
    return running(ref).isPresent();
  }

  @Override
  public int copies(ResourceRef ref) {
    List<Service> services =
        patiently(
            () ->
                docker
                    .listServicesCmd()
                    .withLabelFilter(Map.of(ServiceSpecs.RESOURCE, ref.id().toString()))
                    .exec());
    int left = volumes(ref).isEmpty() && containers(ref).isEmpty() ? 0 : 1;
    return services.isEmpty() ? left : services.size();
  }

  @Override
  public void leaveMark(ResourceRef ref) {
    long unused = patiently(() -> exec(ref, "touch", "/data/mark"));
  }

  @Override
  public boolean hasMark(ResourceRef ref) {
    return patiently(() -> exec(ref, "test", "-e", "/data/mark")) == 0;
  }

  /** Its owner has no way to the engine; somebody with one scales it up. */
  @Override
  public void tryToUndoSuspension(ResourceRef ref) {
    Service service = docker.inspectServiceCmd(ServiceSpecs.serviceName(ref.id())).exec();
    docker
        .updateServiceCmd(service.getId(), service.getSpec().withMode(ServiceSpecs.replicas(1)))
        .withVersion(service.getVersion().getIndex())
        .exec();
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(90);
  }

  @Override
  public void close() {
    docker
        .listServicesCmd()
        .withLabelFilter(Map.of(ServiceSpecs.INSTANCE, instance))
        .exec()
        .forEach(service -> docker.removeServiceCmd(service.getId()).exec());
  }

  private long exec(ResourceRef ref, String... words) {
    Container container = running(ref).orElseThrow();
    String id =
        docker
            .execCreateCmd(container.getId())
            .withAttachStdout(true)
            .withCmd(words)
            .exec()
            .getId();
    try {
      docker
          .execStartCmd(id)
          .exec(new ResultCallback.Adapter<Frame>())
          .awaitCompletion(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return docker.inspectExecCmd(id).exec().getExitCodeLong();
  }

  /** An engine that died is started again within seconds; what looks at it waits for that. */
  private static <T> T patiently(Supplier<T> question) {
    long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (true) {
      try {
        return question.get();
      } catch (RuntimeException e) {
        if (!(e.getCause() instanceof IOException) || System.nanoTime() > deadlineNanos) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
    }
  }

  private Optional<Container> running(ResourceRef ref) {
    return containers(ref).stream().filter(c -> c.getState().equals("running")).findFirst();
  }

  private List<Container> containers(ResourceRef ref) {
    return patiently(
        () ->
            docker
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(ServiceSpecs.RESOURCE, ref.id().toString()))
                .exec());
  }

  private List<?> volumes(ResourceRef ref) {
    try {
      List<?> found =
          patiently(
                  () ->
                      docker
                          .listVolumesCmd()
                          .withFilter("label", List.of(ServiceSpecs.RESOURCE + "=" + ref.id()))
                          .exec())
              .getVolumes();
      return found == null ? List.of() : found;
    } catch (NotFoundException e) {
      return List.of();
    }
  }

  /** An engine whose every change can go wrong. */
  private static final class FaultyEngine extends Engine {
    private final Faults faults;

    FaultyEngine(DockerClient docker, Faults faults) {
      super(docker);
      this.faults = faults;
    }

    @Override
    void createService(ServiceSpec spec) {
      effect(() -> super.createService(spec));
    }

    @Override
    void updateService(Service read, ServiceSpec spec) {
      effect(() -> super.updateService(read, spec));
    }

    @Override
    void removeService(Service service) {
      effect(() -> super.removeService(service));
    }

    @Override
    void removeVolume(String name) {
      effect(() -> super.removeVolume(name));
    }

    @Override
    public void updateNode(SwarmNode read, SwarmNodeSpec spec) {
      effect(() -> super.updateNode(read, spec));
    }

    private void effect(Runnable work) {
      try {
        faults.effect(
            () -> {
              work.run();
              return true;
            });
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
