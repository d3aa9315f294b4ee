package dev.innkeeper.server.runtime;

import dev.innkeeper.billing.BillingEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does due work on a thread of its own, and at once when asked. Thread-safe. */
public final class DueWorker implements AutoCloseable {
  private static final Duration BUDGET = Duration.ofSeconds(30);
  private static final int ROUNDS_MAX = 100;
  private static final Logger LOG = LoggerFactory.getLogger(DueWorker.class);

  private final BillingEngine engine;
  private final List<Extra> extras;
  private final ScheduledExecutorService thread;
  private final AtomicBoolean started = new AtomicBoolean();

  /** Due work that is not the engine's, such as provisioning, with threads of its own. */
  public interface Extra {
    /** Does what is due; returns how many items were done. */
    int runDue();
  }

  public DueWorker(BillingEngine engine, List<Extra> extras) {
    this.engine = engine;
    this.extras = List.copyOf(extras);
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            runnable -> {
              Thread worker = new Thread(runnable, "due-work");
              worker.setDaemon(true);
              return worker;
            });
  }

  /** Begins to look for due work, again after each pause. */
  public void start(Duration pause) {
    started.set(true);
    var unused =
        thread.scheduleWithFixedDelay(this::runSafely, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Looks for due work at once, without waiting for what comes of it. */
  public void soon() {
    if (started.get() && !thread.isShutdown()) {
      thread.execute(this::runSafely);
    }
  }

  private void runSafely() {
    try {
      int unused = runEngine();
    } catch (RuntimeException e) {
      LOG.error("due work failed, and is tried again", e);
    }
  }

  /**
   * Does due work, extra work too, until nothing is due.
   *
   * @return how many items were done
   */
  public synchronized int drain() {
    int total = 0;
    for (int round = 0; round < ROUNDS_MAX; round++) {
      int done = runOnce();
      total += done;
      if (done == 0) {
        return total;
      }
    }
    LOG.warn("due work did not come to an end in {} rounds", ROUNDS_MAX);
    return total;
  }

  private synchronized int runEngine() {
    return engine.runDue(BUDGET).done().values().stream().mapToInt(Integer::intValue).sum();
  }

  private synchronized int runOnce() {
    int done = runEngine();
    for (Extra extra : extras) {
      done += extra.runDue();
    }
    return done;
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("due work did not end in 10 s; what it was at is done again at the next start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
