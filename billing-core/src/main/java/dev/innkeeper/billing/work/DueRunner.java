package dev.innkeeper.billing.work;

import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does due work of every kind, when asked or on a thread of its own. Thread-safe. */
public final class DueRunner implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration BUDGET = Duration.ofMinutes(1);
  private static final Logger LOG = LoggerFactory.getLogger(DueRunner.class);

  private final List<DueWork> kinds;
  private final Clock clock;
  private final @Nullable Heartbeats heartbeats;
  private @Nullable ScheduledExecutorService thread;

  /**
   * @param kinds in the order in which they are done: what one makes due, a later one may do
   */
  public DueRunner(List<DueWork> kinds, Clock clock) {
    this(kinds, clock, null);
  }

  /**
   * @param heartbeats told of every look; null for nobody
   */
  public DueRunner(List<DueWork> kinds, Clock clock, @Nullable Heartbeats heartbeats) {
    this.kinds = List.copyOf(kinds);
    this.clock = clock;
    this.heartbeats = heartbeats;
  }

  /** Does what is due until nothing is, or no time is left; real time, whatever the clock says. */
  public DueReport run(Duration budget) {
    DueReport report = lookAtAll(budget);
    if (heartbeats != null) {
      heartbeats.flush();
    }
    return report;
  }

  private DueReport lookAtAll(Duration budget) {
    long deadlineNanos = System.nanoTime() + budget.toNanos();
    Map<String, Integer> done = new LinkedHashMap<>();
    Map<String, RuntimeException> failures = new LinkedHashMap<>();
    boolean progress = true;
    while (progress) {
      progress = false;
      for (DueWork work : kinds) {
        if (failures.containsKey(work.name())) {
          continue;
        }
        if (System.nanoTime() - deadlineNanos > 0) {
          return report(done, failures);
        }
        try {
          int items = work.runBatch(clock.instant());
          done.merge(work.name(), items, Integer::sum);
          progress |= items > 0;
          if (heartbeats != null) {
            heartbeats.ran(work.name(), items);
          }
        } catch (RuntimeException e) {
          LOG.error("due work '{}' failed and is tried again at the next look", work.name(), e);
          failures.put(work.name(), e);
          if (heartbeats != null) {
            heartbeats.failed(work.name(), e);
          }
        }
      }
    }
    return report(done, failures);
  }

  private static DueReport report(
      Map<String, Integer> done, Map<String, RuntimeException> failures) {
    return new DueReport(Collections.unmodifiableMap(done), Collections.unmodifiableMap(failures));
  }

  /**
   * Looks at due work again and again.
   *
   * @throws IllegalStateException when it was started before
   */
  public synchronized void start(Duration pause) {
    if (thread != null) {
      throw new IllegalStateException("due work is running already");
    }
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread t = new Thread(task, "innkeeper-due-work");
              t.setDaemon(true);
              return t;
            });
    thread = started;
    Future<?> unused =
        started.scheduleWithFixedDelay(this::look, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A task that throws would never be run again, and nobody would be told. */
  private void look() {
    try {
      run(BUDGET);
    } catch (Throwable e) {
      LOG.error("the look at due work failed", e);
    }
  }

  /** Ends the thread after the batch it is at, at the latest after half a minute. */
  @Override
  public synchronized void close() {
    ScheduledExecutorService running = thread;
    if (running == null) {
      return;
    }
    thread = null;
    running.shutdown();
    try {
      if (!running.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        running.shutdownNow();
      }
    } catch (InterruptedException e) {
      running.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
