package dev.innkeeper.provisioner.site;

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
import dev.innkeeper.provisioner.capability.Resizable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Static web sites. Every command looks at the disk, does the next missing step, and may be stopped
 * after any of them: the one that is repeated goes on from there.
 */
final class SiteProvisioner implements Provisioner, Addressed, Resizable {
  private static final int UPLOAD_KEY_BYTES = 20;

  private final SiteStore store;
  private final SiteServer server;
  private final SiteAddress addresses;
  private final SecureRandom random = new SecureRandom();

  SiteProvisioner(SiteStore store, SiteServer server, SiteAddress addresses) {
    this.store = store;
    this.server = server;
    this.addresses = addresses;
  }

  @Override
  public List<SpecProblem> validate(ResourceSpec spec) {
    return SiteParameters.check(spec.workload());
  }

  @Override
  public Outcome ensureRunning(ResourceSpec spec) {
    List<SpecProblem> problems = validate(spec);
    if (!problems.isEmpty()) {
      return Outcome.invalid(problems);
    }
    return onDisk(() -> bringUp(spec, SiteParameters.of(spec.workload())));
  }

  /** Steps: take the name, say what it will be, lay out its files, open it. */
  private Outcome bringUp(ResourceSpec spec, SiteParameters parameters) throws IOException {
    Optional<Site> found = store.find(spec.id());
    if (found.isPresent() && found.get().status() == Site.Status.TERMINATING) {
      return Outcome.permanent("this site is being removed and can't be started again");
    }
    if (found.isPresent() && isAsSpecified(found.get(), spec)) {
      return Outcome.ready();
    }
    long usedBytes = store.usedBytes(spec.id());
    if (usedBytes > parameters.quotaBytes()) {
      return Outcome.permanent(tooFull(usedBytes, parameters));
    }
    if (!store.claimName(spec.name(), spec.id())) {
      return Outcome.permanent("the name '" + spec.name() + "' is taken; choose another");
    }
    Site wanted =
        new Site(
            spec.id(),
            spec.name(),
            Site.Status.RUNNING,
            parameters,
            spec.digest(),
            found.isPresent() ? found.get().uploadKey() : newUploadKey());
    if (found.isEmpty()) {
      store.save(wanted.with(Site.Status.STARTING));
    }
    if (found.isEmpty()
        || found.get().status() == Site.Status.STARTING
        || !Files.isDirectory(store.content(spec.id()))) {
      store.prepareContent(wanted, server.pages().welcome(wanted.name()));
    }
    if (found.isPresent() && !found.get().name().equals(spec.name())) {
      store.releaseName(found.get().name(), spec.id());
    }
    // Last: from here on it is served.
    store.save(wanted);
    return Outcome.ready();
  }

  @Override
  public Outcome ensureSuspended(ResourceRef ref) {
    return onDisk(
        () -> {
          Optional<Site> found = store.find(ref.id());
          if (found.isPresent() && found.get().status() == Site.Status.TERMINATING) {
            return Outcome.permanent("this site is being removed");
          }
          if (found.isPresent() && found.get().status() != Site.Status.SUSPENDED) {
            store.save(found.get().with(Site.Status.SUSPENDED));
          }
          return Outcome.ready();
        });
  }

  /** Steps: close it, delete its files, give its name back, forget it. */
  @Override
  public Outcome ensureAbsent(ResourceRef ref) {
    return onDisk(
        () -> {
          Optional<Site> found = store.find(ref.id());
          if (found.isPresent() && found.get().status() != Site.Status.TERMINATING) {
            store.save(found.get().with(Site.Status.TERMINATING));
          }
          store.erase(ref.id(), ref.name(), found.map(Site::name).orElse(ref.name()));
          return Outcome.ready();
        });
  }

  @Override
  public Observation observe(ResourceRef ref) {
    return look(ref.id()).map(ObservedResource::observation).orElse(Observation.absent());
  }

  @Override
  public void inventory(Consumer<ObservedResource> each) {
    try {
      for (ResourceId id : store.all()) {
        look(id).ifPresent(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<Address> addresses(ResourceRef ref) {
    return read(ref.id())
        .map(site -> List.of(new Address(Address.Type.URL, addresses.urlOf(site))))
        .orElse(List.of());
  }

  @Override
  public Effect effectOf(ResourceSpec wanted) {
    SiteParameters parameters = SiteParameters.of(wanted.workload());
    try {
      long usedBytes = store.usedBytes(wanted.id());
      return usedBytes > parameters.quotaBytes()
          ? new Effect.Refused(tooFull(usedBytes, parameters))
          : new Effect.InPlace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }

  private Optional<ObservedResource> look(ResourceId id) {
    return read(id)
        .map(
            site ->
                new ObservedResource(
                    new ResourceRef(id, site.name()),
                    Observation.of(stateOf(site.status()))
                        .withSpecDigest(site.digest())
                        .withDrift(driftOf(site))
                        .withFacts(
                            Map.of("url", addresses.urlOf(site), "uploadKey", site.uploadKey()))));
  }

  private static ResourceState stateOf(Site.Status status) {
    return switch (status) {
      case STARTING -> ResourceState.STARTING;
      case RUNNING -> ResourceState.RUNNING;
      case SUSPENDED -> ResourceState.SUSPENDED;
      case TERMINATING -> ResourceState.TERMINATING;
    };
  }

  private boolean isAsSpecified(Site site, ResourceSpec spec) {
    return site.status() == Site.Status.RUNNING
        && site.digest().equals(spec.digest())
        && driftOf(site).isEmpty();
  }

  private List<String> driftOf(Site site) {
    return site.status() == Site.Status.RUNNING && !Files.isDirectory(store.content(site.id()))
        ? List.of("the folder of its files is missing")
        : List.of();
  }

  private static String tooFull(long usedBytes, SiteParameters parameters) {
    long usedMegabytes = (usedBytes + (1 << 20) - 1) >> 20;
    return "its files take "
        + usedMegabytes
        + " MB, more than the "
        + parameters.quotaMegabytes()
        + " MB of this size: delete some first, or choose a larger one";
  }

  private String newUploadKey() {
    byte[] key = new byte[UPLOAD_KEY_BYTES];
    random.nextBytes(key);
    return HexFormat.of().formatHex(key);
  }

  private Optional<Site> read(ResourceId id) {
    try {
      return store.find(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface DiskWork {
    Outcome run() throws IOException;
  }

  /** A full or broken disk is the hoster's trouble and passes; it is not the customer's fault. */
  private static Outcome onDisk(DiskWork work) {
    try {
      return work.run();
    } catch (IOException e) {
      return Outcome.transientFailure("the disk says: " + e);
    }
  }
}
