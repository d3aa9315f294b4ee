package dev.innkeeper.billing.webhook;

import static dev.innkeeper.billing.webhook.EndpointStore.at;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.event.EventRelay;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.webhook.EndpointStore.Secret;
import dev.innkeeper.billing.work.DueWork;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Receivers of events over HTTP. Thread-safe.
 *
 * <p>An endpoint gets the events of its types that happen after it is made. Each customer's events
 * come in order, at least once, with the same {@code webhook-id} however often they are sent; one
 * that fails holds back the later ones of its customer alone, until it is taken or parked. An
 * endpoint that is disabled misses nothing: its events wait.
 */
public final class Webhooks implements AutoCloseable {
  /** So many endpoints can be enabled or disabled at once. */
  public static final int ENDPOINTS_MAX = 32;

  /** The type of the message that {@link #ping} sends. */
  public static final String TEST_TYPE = "webhook.test";

  /** So many events are asked for again by one command. */
  public static final int REPLAY_MAX = 10_000;

  private static final int PAGE_MAX = 500;
  private static final int SECRETS_MAX = 3;
  private static final Duration OVERLAP_MAX = Duration.ofDays(30);

  private final Parts parts;
  private final WebhookSettings settings;
  private final AddressGuard guard;
  private final WebhookDelivery delivery;
  private final FanOut fanOut;

  /** What the engine is made of. */
  public record Parts(
      Database db,
      Commands commands,
      ObjectMapper json,
      Ids ids,
      Clock clock,
      SecureRandom random) {}

  public Webhooks(Parts parts, WebhookSettings settings) {
    this.parts = parts;
    this.settings = settings;
    this.guard = new AddressGuard(settings.targets());
    this.fanOut = new FanOut(parts.db());
    this.delivery =
        new WebhookDelivery(
            new WebhookDelivery.Parts(parts.db(), parts.json(), parts.ids(), parts.random()),
            settings);
  }

  /** What the event dispatcher tells of events. */
  public EventRelay relay() {
    return fanOut;
  }

  public List<DueWork> dueWork() {
    return List.of(delivery, new WebhookLogPurge(parts.db(), settings));
  }

  WebhookDelivery delivery() {
    return delivery;
  }

  /** What the command stores: the secret is not in it. */
  private record Made(UUID id) {}

  private record Rotation(UUID endpointId, long overlapMillis) {}

  /**
   * Adds an endpoint.
   *
   * @param idempotencyKey a repeat gets the same endpoint, without its secret
   * @throws InvalidInput when the address or a type can't be used
   * @throws NotAllowed {@code too-many-webhooks}
   */
  public CreatedWebhook create(NewWebhookEndpoint wanted, String idempotencyKey) {
    check(wanted);
    AtomicReference<@Nullable String> secret = new AtomicReference<>();
    Made made =
        parts
            .commands()
            .once(
                Commands.NO_OWNER,
                idempotencyKey,
                wanted,
                Made.class,
                () -> new Made(insert(wanted, secret)));
    return new CreatedWebhook(get(made.id()), secret.get());
  }

  private UUID insert(NewWebhookEndpoint wanted, AtomicReference<@Nullable String> secret) {
    UUID id = parts.ids().next();
    parts
        .db()
        .run(
            handle -> {
              if (EndpointStore.all(handle).size() >= ENDPOINTS_MAX) {
                throw new NotAllowed(
                    "too-many-webhooks",
                    "there are " + ENDPOINTS_MAX + " webhooks already; remove one first");
              }
              EndpointStore.insert(handle, id, wanted, parts.clock().instant());
              secret.set(addSecret(handle, id));
            });
    return id;
  }

  private String addSecret(Handle handle, UUID endpointId) {
    String secret = Signature.newSecret(parts.random());
    EndpointStore.addSecret(
        handle,
        endpointId,
        new Secret(
            parts.ids().next(),
            settings.secretCipher().seal(endpointId, secret),
            settings.wireClock().instant()));
    return secret;
  }

  /**
   * Seals secrets that were stored before there was a key. May be called at every start, and on
   * several nodes at once.
   *
   * @return how many were sealed; 0 when there are none, or no cipher is set
   */
  public int sealSecrets() {
    return parts.db().tx(handle -> EndpointStore.sealSecrets(handle, settings.secretCipher()));
  }

  /**
   * Changes where events go and which; those on their way go by the new settings at once.
   *
   * @throws InvalidInput when the address or a type can't be used
   */
  public WebhookEndpoint update(UUID id, NewWebhookEndpoint wanted) {
    check(wanted);
    parts.db().run(handle -> EndpointStore.update(handle, id, wanted));
    return get(id);
  }

  /**
   * Stops sending. Events go on to be noted, and wait.
   *
   * @param reason for people, up to 200 characters
   */
  public WebhookEndpoint disable(UUID id, String reason) {
    if (reason.isBlank() || reason.length() > 200) {
      throw new InvalidInput("reason", "must have 1 to 200 characters");
    }
    parts.db().run(handle -> EndpointStore.setDisabled(handle, id, reason));
    return get(id);
  }

  /** Sends again, beginning with what waits. */
  public WebhookEndpoint enable(UUID id) {
    parts.db().run(handle -> EndpointStore.setDisabled(handle, id, null));
    return get(id);
  }

  /**
   * Forgets an endpoint, its secrets and what waits for it. Only the log of what was sent stays, as
   * long as it is kept.
   *
   * @throws NotAllowed {@code webhook-enabled}: disabling is the step before, and can be undone
   */
  public void remove(UUID id) {
    parts
        .db()
        .run(
            handle -> {
              if (EndpointStore.lock(handle, id).isEnabled()) {
                throw new NotAllowed(
                    "webhook-enabled", "disable the webhook first; removing can't be undone");
              }
              EndpointStore.remove(handle, id);
            });
  }

  /**
   * Gives an endpoint a new secret. The old one signs too until the overlap is over, so that the
   * receiver can change at leisure.
   *
   * @param overlap by the receivers' time; zero to end the old secret at once; 30 days at most
   * @return with the new secret
   * @throws NotAllowed {@code too-many-secrets} when three are in use
   */
  public CreatedWebhook rotate(UUID id, Duration overlap, String idempotencyKey) {
    if (overlap.isNegative() || overlap.compareTo(OVERLAP_MAX) > 0) {
      throw new InvalidInput("overlap", "must be zero to 30 days");
    }
    AtomicReference<@Nullable String> secret = new AtomicReference<>();
    Rotation request = new Rotation(id, overlap.toMillis());
    Made made =
        parts
            .commands()
            .once(
                Commands.NO_OWNER,
                idempotencyKey,
                request,
                Made.class,
                () -> {
                  parts.db().run(handle -> secret.set(newSecret(handle, id, overlap)));
                  return new Made(id);
                });
    return new CreatedWebhook(get(made.id()), secret.get());
  }

  private String newSecret(Handle handle, UUID id, Duration overlap) {
    WebhookEndpoint locked = EndpointStore.lock(handle, id);
    Instant now = settings.wireClock().instant();
    if (EndpointStore.expireSecrets(handle, locked.id(), now, now.plus(overlap)) >= SECRETS_MAX) {
      throw new NotAllowed(
          "too-many-secrets",
          "three secrets are in use; wait for one to expire, or rotate with an overlap of zero");
    }
    return addSecret(handle, id);
  }

  /** Every endpoint, the oldest first. */
  public List<WebhookEndpoint> list() {
    return parts.db().tx(EndpointStore::all);
  }

  /**
   * @throws NotFound when there is none
   */
  public WebhookEndpoint get(UUID id) {
    return parts.db().tx(handle -> EndpointStore.get(handle, id));
  }

  /** How an endpoint is doing. */
  public WebhookStatus status(UUID id) {
    return parts
        .db()
        .tx(
            handle -> {
              WebhookEndpoint endpoint = EndpointStore.get(handle, id);
              List<WebhookAttempt> last = DeliveryLog.of(handle, endpoint.id(), null, 1);
              return new WebhookStatus(
                  count(handle, id, "webhook_cursor", "next_attempt_at is not null"),
                  count(handle, id, "webhook_replay", "status = 'PARKED'"),
                  oldestDue(handle, id),
                  last.isEmpty() ? null : last.get(0));
            });
  }

  private static int count(Handle handle, UUID id, String table, String condition) {
    return handle
        .createQuery(
            "select count(*) from (select 1 from @."
                + table
                + " where endpoint_id = :id and "
                + condition
                + " limit :limit) x")
        .bind("id", id)
        .bind("limit", WebhookStatus.COUNT_MAX)
        .mapTo(Integer.class)
        .one();
  }

  private static @Nullable Instant oldestDue(Handle handle, UUID id) {
    return handle
        .createQuery("select min(next_attempt_at) from @.webhook_cursor where endpoint_id = :id")
        .bind("id", id)
        .map(
            (row, context) -> {
              Instant at = SqlValues.instantOrNull(row, 1);
              return at == null ? Instant.MAX : at;
            })
        .findOne()
        .filter(at -> !at.equals(Instant.MAX))
        .orElse(null);
  }

  /**
   * What was sent to an endpoint, the latest first.
   *
   * @param before the id that the page before ended with; null for the first page
   * @param limit at most 500
   */
  public List<WebhookAttempt> attempts(UUID id, @Nullable UUID before, int limit) {
    return parts.db().tx(handle -> DeliveryLog.of(handle, id, before, Math.min(limit, PAGE_MAX)));
  }

  /**
   * Events that an endpoint did not take, the latest first.
   *
   * @param limit at most 500
   */
  public List<ParkedWebhook> parked(UUID id, int limit) {
    return parts
        .db()
        .tx(
            handle ->
                handle
                    .createQuery(
                        "select customer_id, seq, event_id, type, attempts, last_error, since"
                            + " from @.webhook_replay where endpoint_id = :id"
                            + " and status = 'PARKED' order by since desc, customer_id, seq"
                            + " limit :limit")
                    .bind("id", id)
                    .bind("limit", Math.min(limit, PAGE_MAX))
                    .map((row, context) -> parked(id, row))
                    .list());
  }

  private static ParkedWebhook parked(UUID id, ResultSet row) throws SQLException {
    return new ParkedWebhook(
        id,
        row.getObject("customer_id", UUID.class),
        row.getLong("seq"),
        row.getObject("event_id", UUID.class),
        row.getString("type"),
        row.getInt("attempts"),
        row.getString("last_error"),
        SqlValues.instant(row, "since"));
  }

  /**
   * Sends one event again, whatever became of it, and whether or not the endpoint wants its type.
   *
   * @throws NotFound when there is no such endpoint or event
   */
  public void replay(UUID id, UUID customerId, long seq) {
    int queued =
        parts
            .db()
            .tx(
                handle -> {
                  EndpointStore.get(handle, id);
                  return handle
                      .createUpdate(
                          queue("where v.customer_id = :customer and v.seq = :seq limit :limit"))
                      .bind("endpoint", id)
                      .bind("now", at(parts.clock().instant()))
                      .bind("limit", 1)
                      .bind("customer", customerId)
                      .bind("seq", seq)
                      .execute();
                });
    if (queued == 0) {
      throw new NotFound("event", customerId + "/" + seq);
    }
  }

  /**
   * Sends again what happened in a span of time, of the endpoint's types, each customer's in order.
   *
   * @param from inclusive
   * @param until exclusive
   * @return how many events are sent again
   * @throws InvalidInput when they are more than {@link #REPLAY_MAX}: narrow the span
   */
  public int replayRange(UUID id, Instant from, Instant until) {
    if (!from.isBefore(until)) {
      throw new InvalidInput("until", "must be after from");
    }
    return parts
        .db()
        .tx(
            handle -> {
              EndpointStore.get(handle, id);
              int queued =
                  handle
                      .createUpdate(
                          queue(
                              "join @.webhook_endpoint e on e.id = :endpoint"
                                  + " where v.occurred_at >= :from and v.occurred_at < :until and "
                                  + FanOut.wanted("e.event_types", "v.type")
                                  + " limit :limit"))
                      .bind("endpoint", id)
                      .bind("now", at(parts.clock().instant()))
                      .bind("limit", REPLAY_MAX + 1)
                      .bind("from", at(from))
                      .bind("until", at(until))
                      .execute();
              if (queued > REPLAY_MAX) {
                throw new InvalidInput(
                    "until", "the span holds more than " + REPLAY_MAX + " events; narrow it");
              }
              return queued;
            });
  }

  /** A statement that queues the events that the rest of it names. */
  private static String queue(String which) {
    return "insert into @.webhook_replay as r (customer_id, seq, endpoint_id, event_id, type,"
        + " status, attempts, last_error, since, next_attempt_at)"
        + " select v.customer_id, v.seq, :endpoint, v.id, v.type, 'QUEUED', 0, '', :now, :now"
        + " from @.event v "
        + which
        + " on conflict (customer_id, seq, endpoint_id) do update set status = 'QUEUED',"
        + " attempts = 0, since = excluded.since, next_attempt_at = excluded.next_attempt_at";
  }

  /**
   * Sends again what was parked, each customer's in order.
   *
   * @return how many events are sent again, at most {@link #REPLAY_MAX}; call again for more
   */
  public int replayParked(UUID id) {
    return parts
        .db()
        .tx(
            handle -> {
              EndpointStore.get(handle, id);
              return handle
                  .createUpdate(
                      "update @.webhook_replay r set status = 'QUEUED', attempts = 0,"
                          + " since = :now, next_attempt_at = :now from (select customer_id, seq"
                          + " from @.webhook_replay where endpoint_id = :id and status = 'PARKED'"
                          + " order by since, customer_id, seq limit :limit for update) p"
                          + " where r.customer_id = p.customer_id and r.seq = p.seq"
                          + " and r.endpoint_id = :id")
                  .bind("id", id)
                  .bind("now", at(parts.clock().instant()))
                  .bind("limit", REPLAY_MAX)
                  .execute();
            });
  }

  /**
   * Sends a message of type {@link #TEST_TYPE} at once, to a disabled endpoint too, and waits for
   * the answer; it is not tried again.
   *
   * @throws IllegalStateException in a transaction
   */
  public WebhookAttempt ping(UUID id) {
    return delivery.ping(get(id));
  }

  private void check(NewWebhookEndpoint wanted) {
    guard.require(wanted.url());
    if (wanted.description().length() > 200) {
      throw new InvalidInput("description", "must have 200 characters at most");
    }
    if (wanted.eventTypes().size() > 100) {
      throw new InvalidInput("eventTypes", "must be 100 types at most");
    }
    for (String type : wanted.eventTypes()) {
      if (!type.matches("[a-z][a-z0-9-]{0,40}(\\.[a-z][a-z0-9-]{0,40}){0,3}(\\.\\*)?")) {
        throw new InvalidInput(
            "eventTypes", "'" + type + "' is no type such as invoice.paid or invoice.*");
      }
    }
  }

  @Override
  public void close() {
    delivery.close();
  }
}
