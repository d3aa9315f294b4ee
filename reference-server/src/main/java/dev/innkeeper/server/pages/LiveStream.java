package dev.innkeeper.server.pages;

import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.provisioner.capability.StatsStream;
import dev.innkeeper.provisioner.capability.StatsStream.Sample;
import dev.innkeeper.server.provisioning.Orchestrator;
import dev.innkeeper.server.provisioning.Resource;
import dev.innkeeper.server.provisioning.ResourceStatus;
import io.javalin.http.sse.SseClient;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams a resource's state and what it uses to those who look at its page: {@code state} events
 * when there is something new to see, {@code sample} events about every second. A stream ends after
 * a while; browsers ask again. Thread-safe.
 */
final class LiveStream {
  private static final Logger LOG = LoggerFactory.getLogger(LiveStream.class);
  private static final int CLIENTS_MAX = 500;
  private static final int THREADS = 4;
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final int ROUNDS_MAX = 600;

  private final Orchestrator orchestrator;
  private final Semaphore places = new Semaphore(CLIENTS_MAX);
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService threads;

  LiveStream(Orchestrator orchestrator) {
    this.orchestrator = orchestrator;
    ScheduledThreadPoolExecutor pool =
        new ScheduledThreadPoolExecutor(
            THREADS,
            runnable -> {
              Thread thread = new Thread(runnable, "live-pages");
              thread.setDaemon(true);
              return thread;
            });
    // Nobody looks, no threads.
    pool.setKeepAliveTime(IDLE.toSeconds(), TimeUnit.SECONDS);
    pool.allowCoreThreadTimeOut(true);
    pool.setRemoveOnCancelPolicy(true);
    this.threads = pool;
  }

  /** Changes whenever there is something new to see of a resource. */
  static String mark(Resource resource) {
    return Integer.toHexString(
        java.util.Objects.hash(
            resource.status().name(),
            resource.message(),
            resource.drift(),
            resource.attempts(),
            resource.facts(),
            resource.settled()));
  }

  /** Takes the client over. What is not there yet is waited for. */
  void open(SseClient client, UUID customerId, UUID id) {
    if (!places.tryAcquire()) {
      client.close();
      return;
    }
    client.keepAlive();
    Watcher watcher = new Watcher(client, customerId, id);
    watchers.add(watcher);
    client.onClose(watcher::end);
    watcher.task =
        threads.scheduleWithFixedDelay(watcher, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    if (client.terminated()) {
      watcher.end();
    }
  }

  /** Ends every stream while the web server can still say so to the browsers. */
  void close() {
    watchers.forEach(Watcher::finish);
    threads.shutdownNow();
  }

  /** One browser that looks at one resource. */
  private final class Watcher implements Runnable {
    private final SseClient client;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicReference<@Nullable Sample> sample = new AtomicReference<>();
    private volatile @Nullable ScheduledFuture<?> task;
    private final UUID customerId;
    private final UUID id;
    private String told = "";
    private int rounds;
    private StatsStream.@Nullable Stream stream;

    Watcher(SseClient client, UUID customerId, UUID id) {
      this.client = client;
      this.customerId = customerId;
      this.id = id;
    }

    @Override
    public synchronized void run() {
      if (!open.get()) {
        return;
      }
      try {
        rounds++;
        if (client.terminated() || rounds > ROUNDS_MAX) {
          finish();
          return;
        }
        Optional<Resource> resource = orchestrator.resources().find(customerId, id);
        if (resource.isPresent()) {
          tellState(resource.get());
          tellSample(resource.get());
        }
        if (rounds % 15 == 0) {
          // A browser that went away is noticed when it is written to.
          client.sendComment("still here");
        }
      } catch (RuntimeException e) {
        LOG.debug("a page about {} is not updated any more", id, e);
        finish();
      }
    }

    private void tellState(Resource resource) {
      String mark = mark(resource);
      if (!mark.equals(told)) {
        told = mark;
        View.Badge badge = ServicePage.badge(resource);
        client.sendEvent(
            "state",
            Json.object(
                Map.of(
                    "mark", mark,
                    "tone", badge.tone(),
                    "text", badge.text(),
                    "message", resource.message().orElse(""))));
      }
    }

    private void tellSample(Resource resource) {
      StatsStream.Stream now = stream;
      if (now != null && !now.open()) {
        now.close();
        stream = null;
        now = null;
      }
      if (now == null && resource.status() == ResourceStatus.RUNNING && rounds % 3 == 1) {
        stream = watch(resource);
      }
      Sample latest = sample.getAndSet(null);
      if (latest != null) {
        client.sendEvent(
            "sample",
            Json.object(
                Map.of(
                    "cpuMillis", latest.cpuMillis(),
                    "memoryBytes", latest.memoryBytes(),
                    "receivedBytes", latest.receivedBytes(),
                    "sentBytes", latest.sentBytes())));
      }
    }

    private StatsStream.@Nullable Stream watch(Resource resource) {
      try {
        Optional<StatsStream.Stream> begun = orchestrator.liveStats().watch(resource, sample::set);
        return begun.orElse(null);
      } catch (NotAllowed e) {
        // Too many watch; its state is told all the same.
        return null;
      }
    }

    synchronized void finish() {
      if (open.get()) {
        client.close();
        end();
      }
    }

    synchronized void end() {
      if (open.compareAndSet(true, false)) {
        watchers.remove(this);
        places.release();
        ScheduledFuture<?> running = task;
        if (running != null) {
          running.cancel(false);
        }
        StatsStream.Stream now = stream;
        if (now != null) {
          now.close();
        }
      }
    }
  }
}
