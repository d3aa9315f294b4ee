package dev.innkeeper.server.runtime;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.invoice.RunOptions;
import dev.innkeeper.billing.invoice.RunProgress;
import dev.innkeeper.billing.invoice.RunReport;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Billing runs that an operator asks for: one at a time on this server, in the background. What due
 * work bills by itself is no run. Thread-safe.
 */
public final class BillingRuns implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BillingRuns.class);

  private final BillingEngine engine;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "billing-run");
            thread.setDaemon(true);
            return thread;
          });
  private Status status = Status.IDLE;

  /** What the last run is at. */
  public enum State {
    IDLE,
    RUNNING,
    FINISHED,
    FAILED
  }

  /**
   * How the last run goes or went, and what all runs of this server came to.
   *
   * @param progress null before the first chunk is done
   * @param report null until it is finished
   * @param problem why it failed, or null
   */
  public record Status(
      State state,
      @Nullable RunProgress progress,
      @Nullable RunReport report,
      @Nullable String problem,
      Counts counts) {
    static final Status IDLE = new Status(State.IDLE, null, null, null, new Counts(0, 0, 0, 0, 0));
  }

  /** What runs came to since the server started. */
  public record Counts(long finished, long failed, long customers, long invoices, long parked) {
    Counts plus(RunReport report) {
      return new Counts(
          finished + 1,
          failed,
          customers + report.customers(),
          invoices + report.invoices(),
          parked + report.parked());
    }

    Counts plusFailure() {
      return new Counts(finished, failed + 1, customers, invoices, parked);
    }
  }

  public BillingRuns(BillingEngine engine) {
    this.engine = engine;
  }

  public synchronized Status status() {
    return status;
  }

  /**
   * Starts a run unless one is under way.
   *
   * @return how it stands: that of the run under way, or of the new one
   */
  public synchronized Status start(int workers) {
    if (status.state() != State.RUNNING) {
      RunOptions options =
          RunOptions.standard().withWorkers(workers).withProgress(this::progressed);
      status = new Status(State.RUNNING, null, null, null, status.counts());
      executor.execute(() -> run(options));
    }
    return status;
  }

  private synchronized void progressed(RunProgress progress) {
    status = new Status(status.state(), progress, null, null, status.counts());
  }

  private synchronized void ended(RunReport report) {
    status =
        new Status(State.FINISHED, status.progress(), report, null, status.counts().plus(report));
  }

  private synchronized void failed(RuntimeException failure) {
    status =
        new Status(
            State.FAILED,
            status.progress(),
            null,
            String.valueOf(failure.getMessage()),
            status.counts().plusFailure());
  }

  private void run(RunOptions options) {
    try {
      ended(engine.invoices().run(options));
    } catch (RuntimeException e) {
      LOG.error("the billing run failed; what was billed is billed, run it again to go on", e);
      failed(e);
    }
  }

  /** Ends a run under way after the chunks it is at; the next run goes on. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
