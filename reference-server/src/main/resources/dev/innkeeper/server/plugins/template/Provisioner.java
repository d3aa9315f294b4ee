package @package@;

import dev.innkeeper.provisioner.Observation;
import dev.innkeeper.provisioner.ObservedResource;
import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.ResourceState;
import dev.innkeeper.provisioner.SpecProblem;
import dev.innkeeper.provisioner.settings.Setting;
import dev.innkeeper.provisioner.settings.SettingsSchema;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Looks first, and then does what is missing. Every command may be repeated at any time. */
final class @Class@Provisioner implements Provisioner {
  static final String WORKLOAD = "@name@";
  private static final SettingsSchema PARAMETERS =
      SettingsSchema.of(Setting.text("size", "how large it is").oneOf("small", "large"));

  private final @Class@Backend backend;
  private final String url;

  @Class@Provisioner(@Class@Backend backend, String url) {
    this.backend = backend;
    this.url = url;
  }

  @Override
  public List<SpecProblem> validate(ResourceSpec spec) {
    if (spec.workload() instanceof CustomWorkload custom && custom.kind().equals(WORKLOAD)) {
      return PARAMETERS.check("parameters.", custom.parameters());
    }
    return List.of(new SpecProblem("workload", "must be " + WORKLOAD));
  }

  /** Creating, changing and resuming are one command. */
  @Override
  public Outcome ensureRunning(ResourceSpec spec) {
    List<SpecProblem> problems = validate(spec);
    if (!problems.isEmpty()) {
      return Outcome.invalid(problems);
    }
    return told(
        () -> {
          Optional<@Class@Backend.Thing> found = backend.find(spec.id());
          boolean asWanted =
              found.filter(t -> t.running() && t.digest().equals(spec.digest())).isPresent();
          if (!asWanted) {
            backend.save(
                spec.id(), new @Class@Backend.Thing(spec.name(), spec.digest(), true));
          }
        });
  }

  /** What is not there stays away. */
  @Override
  public Outcome ensureSuspended(ResourceRef ref) {
    return told(
        () -> {
          Optional<@Class@Backend.Thing> found = backend.find(ref.id());
          if (found.isPresent() && found.get().running()) {
            backend.save(
                ref.id(),
                new @Class@Backend.Thing(found.get().name(), found.get().digest(), false));
          }
        });
  }

  @Override
  public Outcome ensureAbsent(ResourceRef ref) {
    return told(
        () -> {
          if (backend.exists(ref.id())) {
            backend.delete(ref.id());
          }
        });
  }

  @Override
  public Observation observe(ResourceRef ref) {
    return look(ref.id()).map(ObservedResource::observation).orElse(Observation.absent());
  }

  @Override
  public void inventory(Consumer<ObservedResource> each) {
    try {
      for (ResourceId id : backend.all()) {
        look(id).ifPresent(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<ObservedResource> look(ResourceId id) {
    try {
      return backend
          .find(id)
          .map(
              thing ->
                  new ObservedResource(
                      new ResourceRef(id, thing.name()),
                      Observation.of(
                              thing.running() ? ResourceState.RUNNING : ResourceState.SUSPENDED)
                          .withSpecDigest(thing.digest())
                          .withFacts(Map.of("url", url + "/" + thing.name()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  /** What the provider says when it fails is shown to the customer: its words, no secrets. */
  private static Outcome told(Work work) {
    try {
      work.run();
      return Outcome.ready();
    } catch (IOException e) {
      return Outcome.transientFailure("the provider says: " + e);
    }
  }
}
