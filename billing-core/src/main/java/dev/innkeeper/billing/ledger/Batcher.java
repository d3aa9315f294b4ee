package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.problem.NotAllowed;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers what many threads post. A writer takes what waits, and posts it at once: batches grow
 * with the load, and an idle ledger does not linger. Thread-safe; its threads begin with the first
 * posting and end with {@link #close}.
 */
final class Batcher implements AutoCloseable {
  private static final long PAUSE_FIRST_MILLIS = 20;
  private static final long PAUSE_MAX_MILLIS = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  private final Function<List<List<Request>>, List<PostResult>> post;
  private final LedgerSettings settings;
  private final BlockingQueue<Job> queue = new LinkedBlockingQueue<>();
  private final Semaphore room;
  private final List<Thread> writers = new ArrayList<>();
  private volatile boolean closed;
  private boolean started;

  /** Groups that came together, and who waits for their answers. */
  private static final class Job {
    final List<List<Request>> groups;
    final int transfers;
    final CompletableFuture<List<PostResult>> answer = new CompletableFuture<>();

    Job(List<List<Request>> groups) {
      this.groups = groups;
      this.transfers = groups.stream().mapToInt(List::size).sum();
    }
  }

  /**
   * @param post books groups in a transaction of its own, and throws when that failed or when its
   *     outcome is not known
   */
  Batcher(Function<List<List<Request>>, List<PostResult>> post, LedgerSettings settings) {
    this.post = post;
    this.settings = settings;
    this.room = new Semaphore(settings.queueTransfersMax());
  }

  /**
   * Queues groups to be posted.
   *
   * @throws NotAllowed when the queue stayed full for too long, or the ledger is closed; nothing
   *     was posted then
   */
  CompletableFuture<List<PostResult>> submit(List<List<Request>> groups) {
    Job job = new Job(groups);
    takeRoom(Math.min(job.transfers, settings.queueTransfersMax()));
    start();
    queue.add(job);
    if (closed) {
      abandonQueue();
    }
    return job.answer;
  }

  private void takeRoom(int transfers) {
    if (closed) {
      throw closed();
    }
    boolean taken;
    try {
      taken = room.tryAcquire(transfers, settings.patience().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotAllowed("interrupted", "the thread was interrupted before it could post");
    }
    if (!taken) {
      throw new NotAllowed(
          "ledger-busy", "too many transfers wait to be posted; try again in a moment");
    }
  }

  private static NotAllowed closed() {
    return new NotAllowed("ledger-closed", "the engine is closed");
  }

  private synchronized void start() {
    if (started || closed) {
      return;
    }
    started = true;
    for (int i = 0; i < settings.writers(); i++) {
      Thread writer = new Thread(this::write, "innkeeper-ledger-" + (i + 1));
      writer.setDaemon(true);
      writer.start();
      writers.add(writer);
    }
  }

  private void write() {
    while (!closed) {
      try {
        Job first = queue.take();
        if (!first.groups.isEmpty()) {
          postBatch(gather(first));
        }
      } catch (InterruptedException e) {
        // Nobody interrupts these threads but one who wants them to end.
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private List<Job> gather(Job first) {
    List<Job> batch = new ArrayList<>();
    batch.add(first);
    int transfers = first.transfers;
    Job next;
    while (transfers < settings.batchTransfersMax() && (next = queue.poll()) != null) {
      batch.add(next);
      transfers += next.transfers;
    }
    return batch;
  }

  private void postBatch(List<Job> batch) {
    List<List<Request>> groups = new ArrayList<>();
    batch.forEach(job -> groups.addAll(job.groups));
    try {
      List<PostResult> results = insist(groups);
      int from = 0;
      for (Job job : batch) {
        int to = from + job.transfers;
        release(job);
        job.answer.complete(List.copyOf(results.subList(from, to)));
        from = to;
      }
    } catch (RuntimeException e) {
      if (batch.size() == 1 || e instanceof OutcomeUnknown) {
        batch.forEach(job -> fail(job, e));
      } else {
        // One of them may be at fault: the others shall not suffer for it.
        LOG.warn("a batch of {} failed and is posted one by one", batch.size(), e);
        batch.forEach(job -> postBatch(List.of(job)));
      }
    }
  }

  /** Posts; when the connection is lost, posts again, which finds out what became of it. */
  private List<PostResult> insist(List<List<Request>> groups) {
    long deadline = System.nanoTime() + settings.patience().toNanos();
    long pauseMillis = PAUSE_FIRST_MILLIS;
    while (true) {
      try {
        return post.apply(groups);
      } catch (RuntimeException e) {
        if (!isConnectionLost(e)) {
          throw e;
        }
        if (closed || System.nanoTime() > deadline) {
          List<UUID> ids =
              groups.stream().flatMap(group -> group.stream().map(Request::id)).toList();
          throw new OutcomeUnknown(ids, e);
        }
        LOG.warn("the database went away; {} transfers are posted again", groups.size());
        pause(pauseMillis);
        pauseMillis = Math.min(2 * pauseMillis, PAUSE_MAX_MILLIS);
      }
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it is not known what became of a transaction, or there is no database to ask. */
  static boolean isConnectionLost(Throwable failure) {
    String state = Database.sqlState(failure);
    // 08: connection failures; 57P: the server stops, crashes or starts up.
    return state != null && (state.startsWith("08") || state.startsWith("57P"));
  }

  private void release(Job job) {
    room.release(Math.min(job.transfers, settings.queueTransfersMax()));
  }

  private void fail(Job job, RuntimeException e) {
    release(job);
    job.answer.completeExceptionally(e);
  }

  private void abandonQueue() {
    @Nullable Job job;
    while ((job = queue.poll()) != null) {
      fail(job, closed());
    }
  }

  /** Ends the writers after the batch they are at. What still waits is refused. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    for (int i = 0; i < writers.size(); i++) {
      // Wakes a writer that has nothing to do.
      queue.add(new Job(List.of()));
    }
    for (Thread writer : writers) {
      try {
        writer.join(settings.patience().toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    abandonQueue();
  }
}
