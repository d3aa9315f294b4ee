package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.capability.StatsStream;
import dev.innkeeper.server.plugins.Provisioners;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What resources use, for those who watch. Thread-safe. */
public final class LiveStats {
  private static final int WATCHERS_MAX = 200;
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Provisioners provisioners;
  private final Semaphore places = new Semaphore(WATCHERS_MAX);

  LiveStats(Provisioners provisioners) {
    this.provisioners = provisioners;
  }

  /** Whether a resource's provisioner can tell. */
  public boolean canWatch(Resource resource) {
    return stream(resource).isPresent();
  }

  private Optional<StatsStream> stream(Resource resource) {
    return provisioners
        .find(resource.provisioner())
        .filter(StatsStream.class::isInstance)
        .map(StatsStream.class::cast);
  }

  /**
   * Sends a sample about every second until it is closed or the resource stops.
   *
   * @param samples must not block
   * @return empty when the resource's provisioner can't tell
   * @throws NotAllowed with code {@code too-many-watchers}
   */
  public Optional<StatsStream.Stream> watch(
      Resource resource, Consumer<StatsStream.Sample> samples) {
    Optional<StatsStream> stats = stream(resource);
    if (stats.isEmpty()) {
      return Optional.empty();
    }
    if (!places.tryAcquire()) {
      throw new NotAllowed("too-many-watchers", "too many people watch at the moment");
    }
    try {
      StatsStream with = stats.get();
      return Optional.of(
          new Counted(
              Attempt.within(
                  (Provisioner) with,
                  () -> with.watch(Differences.ref(resource), INTERVAL, samples)),
              places));
    } catch (RuntimeException e) {
      places.release();
      throw e;
    }
  }

  /** Gives its place back, once. */
  private static final class Counted implements StatsStream.Stream {
    private final StatsStream.Stream stream;
    private final Semaphore places;
    private final AtomicBoolean counted = new AtomicBoolean(true);

    Counted(StatsStream.Stream stream, Semaphore places) {
      this.stream = stream;
      this.places = places;
    }

    @Override
    public boolean open() {
      return stream.open();
    }

    @Override
    public void close() {
      if (counted.compareAndSet(true, false)) {
        places.release();
        stream.close();
      }
    }
  }
}
