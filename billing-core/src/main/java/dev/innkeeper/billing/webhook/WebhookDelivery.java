package dev.innkeeper.billing.webhook;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.webhook.Claims.Claimed;
import dev.innkeeper.billing.webhook.Claims.Lease;
import dev.innkeeper.billing.webhook.Claims.Quota;
import dev.innkeeper.billing.webhook.Claims.Whose;
import dev.innkeeper.billing.webhook.Outcomes.Outcome;
import dev.innkeeper.billing.work.DueWork;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is due. Requests go out on threads of their own, each endpoint with a number of its
 * own, and are not waited for when the endpoint has been failing: one that hangs takes nothing from
 * the others. What came of them is written in sets by the thread that does due work, so that
 * however many requests are out, one connection to the database is used.
 *
 * <p>A customer's row is claimed, with a lease, by one node at a time; a node that dies leaves it
 * to the others, who send again what was sent and not written down: the same id tells the receiver.
 * Thread-safe.
 */
public final class WebhookDelivery implements DueWork, AutoCloseable {
  private static final int FAILURES_BEFORE_SLOW = 3;
  private static final Duration BATCH_MAX = Duration.ofMillis(400);
  private static final Duration CLAIM_WORK_MAX = Duration.ofSeconds(20);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
  private static final Logger LOG = LoggerFactory.getLogger(WebhookDelivery.class);

  private final Database db;
  private final ObjectMapper json;
  private final Ids ids;
  private final WebhookSettings settings;
  private final Sender sender;
  private final RetrySchedule schedule;
  private final ExecutorService threads;
  private final BlockingQueue<Finished> finished = new LinkedBlockingQueue<>();

  /** Requests out, and failures in a row, by endpoint; touched with this object's lock only. */
  private final Map<UUID, State> states = new HashMap<>();

  private static final class State {
    int claimsOut;
    int failures;

    boolean isFailing() {
      return failures >= FAILURES_BEFORE_SLOW;
    }
  }

  /**
   * Where a claim's events go.
   *
   * @param sealed the secrets as they are stored
   */
  private record Target(UUID endpointId, String url, List<String> sealed) {}

  /** One event, and what the receiver said of it. */
  private record Sent(StoredEvent event, Answer answer, Instant at) {}

  private record Finished(Claimed claimed, List<Sent> sent) {}

  /** What the engine is made of. */
  public record Parts(Database db, ObjectMapper json, Ids ids, RandomGenerator random) {}

  public WebhookDelivery(Parts parts, WebhookSettings settings) {
    this.db = parts.db();
    this.json = parts.json();
    this.ids = parts.ids();
    this.settings = settings;
    this.sender = new Sender(settings);
    this.schedule = new RetrySchedule(parts.random());
    // No more than there are endpoints, each with its share: see quotas.
    this.threads =
        new ThreadPoolExecutor(
            0,
            Webhooks.ENDPOINTS_MAX * settings.concurrency(),
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "innkeeper-webhook");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public String name() {
    return "webhooks";
  }

  @Override
  public synchronized int runBatch(Instant now) {
    db.requireNoTransaction();
    long deadlineNanos = System.nanoTime() + BATCH_MAX.toNanos();
    int total = 0;
    while (true) {
      total += writeFinished(now);
      int begun = begin(now);
      total += begun;
      long leftNanos = deadlineNanos - System.nanoTime();
      if (leftNanos <= 0 || !isWaitingForHealthy()) {
        return total + writeFinished(now);
      }
      try {
        Finished next = finished.poll(leftNanos, TimeUnit.NANOSECONDS);
        if (next != null) {
          finished.add(next);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return total;
      }
    }
  }

  private boolean isWaitingForHealthy() {
    return states.values().stream().anyMatch(state -> state.claimsOut > 0 && !state.isFailing());
  }

  private int begin(Instant now) {
    List<Claimed> claimed = new ArrayList<>();
    Map<UUID, Target> targets = new HashMap<>();
    Instant wallNow = settings.wireClock().instant();
    // Long enough for the work's time, one more request, and the writing down.
    Instant until = wallNow.plus(CLAIM_WORK_MAX).plus(settings.timeout().multipliedBy(3));
    Lease lease = new Lease(ids.next(), wallNow, until);
    db.run(
        handle -> {
          claimed.clear();
          List<WebhookEndpoint> enabled =
              EndpointStore.all(handle).stream().filter(WebhookEndpoint::isEnabled).toList();
          if (enabled.isEmpty()) {
            return;
          }
          claimed.addAll(Claims.replays(handle, quotas(enabled, List.of()), lease, now));
          claimed.addAll(Claims.cursors(handle, quotas(enabled, claimed), lease, now));
          if (!claimed.isEmpty()) {
            targets.putAll(targets(handle, enabled, wallNow));
          }
        });
    for (Claimed claim : claimed) {
      state(claim.whose().endpointId()).claimsOut++;
      Target target = targets.get(claim.whose().endpointId());
      if (target == null) {
        throw new IllegalStateException("claimed for an endpoint that is not there");
      }
      threads.execute(() -> finished.add(new Finished(claim, send(target, claim))));
    }
    return claimed.size();
  }

  /** A failing endpoint gets one request at a time, to see whether it is back. */
  private List<Quota> quotas(List<WebhookEndpoint> endpoints, List<Claimed> taken) {
    List<Quota> result = new ArrayList<>();
    for (WebhookEndpoint endpoint : endpoints) {
      State state = state(endpoint.id());
      long out =
          state.claimsOut
              + taken.stream().filter(c -> c.whose().endpointId().equals(endpoint.id())).count();
      int free = (int) ((state.isFailing() ? 1 : settings.concurrency()) - out);
      if (free > 0) {
        result.add(new Quota(endpoint.id(), free));
      }
    }
    return result;
  }

  private static Map<UUID, Target> targets(
      Handle handle, List<WebhookEndpoint> endpoints, Instant wallNow) {
    List<UUID> endpointIds = endpoints.stream().map(WebhookEndpoint::id).toList();
    Map<UUID, List<String>> secrets = EndpointStore.secrets(handle, endpointIds, wallNow);
    Map<UUID, Target> result = new HashMap<>();
    for (WebhookEndpoint endpoint : endpoints) {
      List<String> own = secrets.getOrDefault(endpoint.id(), List.of());
      result.put(endpoint.id(), new Target(endpoint.id(), endpoint.url(), own));
    }
    return result;
  }

  private List<String> opened(UUID endpointId, List<String> sealed) {
    return sealed.stream().map(each -> settings.secretCipher().open(endpointId, each)).toList();
  }

  private State state(UUID endpointId) {
    return states.computeIfAbsent(endpointId, id -> new State());
  }

  /** On a thread of the pool: one event after the other, up to the first that fails. */
  private List<Sent> send(Target target, Claimed claim) {
    long endNanos = System.nanoTime() + CLAIM_WORK_MAX.toNanos();
    List<Sent> sent = new ArrayList<>();
    for (StoredEvent event : claim.events()) {
      if (System.nanoTime() - endNanos > 0 || Thread.currentThread().isInterrupted()) {
        break;
      }
      Instant at = settings.wireClock().instant();
      Answer answer;
      try {
        answer =
            sender.send(target.url(), opened(target.endpointId(), target.sealed()), message(event));
      } catch (RuntimeException e) {
        LOG.error("a webhook to endpoint {} could not be sent", target.endpointId(), e);
        answer = new Answer(null, 0, "", "could not be sent: " + e, Duration.ZERO);
      }
      sent.add(new Sent(event, answer, at));
      if (!answer.isDelivered()) {
        break;
      }
    }
    return sent;
  }

  /** Receivers get the event's id as the message's, at every try and at every endpoint. */
  private Sender.Message message(StoredEvent event) {
    return new Sender.Message(
        event.id().toString(),
        body(json, event.type(), event.occurredAt(), event.seq(), event.data()));
  }

  static String body(ObjectMapper json, String type, Instant at, long sequence, String data) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = json.getFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("type", type);
      out.writeStringField("timestamp", at.toString());
      out.writeNumberField("sequence", sequence);
      out.writeFieldName("data");
      out.writeRawValue(data);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private int writeFinished(Instant now) {
    List<Finished> done = new ArrayList<>();
    finished.drainTo(done);
    if (done.isEmpty()) {
      return 0;
    }
    List<Outcome> outcomes = new ArrayList<>();
    List<WebhookAttempt> log = new ArrayList<>();
    List<UUID> gone = new ArrayList<>();
    for (Finished each : done) {
      boolean untried = each.sent().isEmpty() && !each.claimed().events().isEmpty();
      if (!untried || !each.claimed().isReplay()) {
        outcomes.add(outcome(each, now, gone));
      }
      log.addAll(attempts(each));
      State state = state(each.claimed().whose().endpointId());
      state.claimsOut--;
      for (Sent sent : each.sent()) {
        state.failures = sent.answer().isDelivered() ? 0 : state.failures + 1;
      }
    }
    db.run(
        handle -> {
          Outcomes.write(handle, outcomes, now);
          Outcomes.log(handle, log);
          gone.forEach(id -> EndpointStore.disable(handle, id, "the receiver answered 410 (gone)"));
        });
    gone.forEach(id -> LOG.warn("webhook endpoint {} is disabled: it answered 410", id));
    return done.size();
  }

  private Outcome outcome(Finished each, Instant now, List<UUID> gone) {
    Claimed claimed = each.claimed();
    List<Sent> sent = each.sent();
    Sent last = sent.isEmpty() ? null : sent.get(sent.size() - 1);
    if (last == null || last.answer().isDelivered()) {
      boolean all = sent.size() == claimed.events().size();
      long next = all || claimed.isReplay() ? claimed.nextSeq() : nextUnsent(claimed, last);
      return new Outcome(claimed, next, null, all ? 0 : carried(sent, claimed), null, false, "");
    }
    StoredEvent failed = last.event();
    int attempts = (sent.size() == 1 ? claimed.attempts() : 0) + 1;
    if (last.answer().isGone()) {
      gone.add(claimed.whose().endpointId());
      // It is not the event's fault: it waits, untried, until somebody enables the endpoint.
      return new Outcome(
          claimed, failed.seq(), failed, attempts - 1, now, false, last.answer().error());
    }
    boolean parked = attempts >= settings.attemptsMax();
    Duration pause = schedule.pause(attempts, last.answer().retryAfter());
    return new Outcome(
        claimed,
        parked ? failed.seq() + 1 : failed.seq(),
        failed,
        attempts,
        parked ? null : now.plus(pause),
        parked,
        last.answer().error());
  }

  /** Time ran out, or the engine stops: the rest is for the next claim. */
  private static long nextUnsent(Claimed claimed, @Nullable Sent last) {
    return last == null ? claimed.events().get(0).seq() : last.event().seq() + 1;
  }

  private static int carried(List<Sent> sent, Claimed claimed) {
    return sent.isEmpty() ? claimed.attempts() : 0;
  }

  private List<WebhookAttempt> attempts(Finished each) {
    List<WebhookAttempt> result = new ArrayList<>();
    int before = each.claimed().attempts();
    Whose whose = each.claimed().whose();
    for (Sent sent : each.sent()) {
      Answer answer = sent.answer();
      result.add(
          new WebhookAttempt(
              whose.endpointId(),
              ids.next(),
              whose.customerId(),
              sent.event().seq(),
              sent.event().id().toString(),
              sent.event().type(),
              before + 1,
              sent.at(),
              answer.isDelivered(),
              answer.statusCode(),
              answer.durationMillis(),
              answer.response(),
              answer.error()));
      before = 0;
    }
    return result;
  }

  /** Sends one test message at once, past the row and without another try. */
  WebhookAttempt ping(WebhookEndpoint endpoint) {
    db.requireNoTransaction();
    Instant at = settings.wireClock().instant();
    List<String> secrets =
        db.tx(
            handle ->
                EndpointStore.secrets(handle, List.of(endpoint.id()), at)
                    .getOrDefault(endpoint.id(), List.of()));
    UUID id = ids.next();
    Sender.Message message =
        new Sender.Message(id.toString(), body(json, Webhooks.TEST_TYPE, at, 0, "{}"));
    Answer answer = sender.send(endpoint.url(), opened(endpoint.id(), secrets), message);
    WebhookAttempt attempt =
        new WebhookAttempt(
            endpoint.id(),
            id,
            null,
            null,
            message.id(),
            Webhooks.TEST_TYPE,
            1,
            at,
            answer.isDelivered(),
            answer.statusCode(),
            answer.durationMillis(),
            answer.response(),
            answer.error());
    db.run(handle -> Outcomes.log(handle, List.of(attempt)));
    return attempt;
  }

  /** Requests that are out, of all endpoints. */
  synchronized int claimsOut() {
    return states.values().stream().mapToInt(state -> state.claimsOut).sum();
  }

  /** Cuts off what is out; it is sent again, by whoever runs next, once its lease is over. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("webhooks are still on their way; they are sent again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
