package dev.innkeeper.billing.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.work.DueWork;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers stored events to hooks.
 *
 * <p>Only the oldest pending event of a customer can be claimed, and with it come the next ones:
 * that keeps a customer's events in order on any number of nodes. A claim is a lease of a minute; a
 * node that dies with it leaves the events to the others. A hook that fails is tried again with
 * growing pauses, alone, and the customer's later events wait; after the last try the event is
 * parked, visible, and no longer in the way. Thread-safe.
 */
public final class EventDispatcher implements DueWork {
  static final int ATTEMPTS_MAX = 10;
  private static final int CUSTOMERS_A_BATCH = 200;
  private static final int EVENTS_A_CUSTOMER = 50;
  private static final int BLOCKED_A_BATCH = 2_000;
  private static final int ERROR_LENGTH_MAX = 500;
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration BACKOFF_FIRST = Duration.ofSeconds(5);
  private static final Duration BACKOFF_MAX = Duration.ofHours(6);
  private static final Logger LOG = LoggerFactory.getLogger(EventDispatcher.class);

  private final Database db;
  private final ObjectMapper json;
  private final List<EventHook> hooks;
  private final EventRelay relay;

  /** A dispatcher that tells hooks alone. */
  public EventDispatcher(Database db, ObjectMapper json, List<EventHook> hooks) {
    this(db, json, hooks, EventRelay.NONE);
  }

  /**
   * @throws IllegalArgumentException when two hooks have the same name
   */
  public EventDispatcher(Database db, ObjectMapper json, List<EventHook> hooks, EventRelay relay) {
    Set<String> names = new HashSet<>();
    for (EventHook hook : hooks) {
      if (!names.add(hook.name())) {
        throw new IllegalArgumentException("two hooks are named '" + hook.name() + "'");
      }
    }
    this.db = db;
    this.json = json;
    this.hooks = List.copyOf(hooks);
    this.relay = relay;
  }

  /**
   * An event on its way.
   *
   * @param failedHooks the hooks that still want it after a failed try; null before the first try
   */
  private record Pending(StoredEvent event, int attempts, @Nullable Set<String> failedHooks) {}

  private record Failure(Pending pending, Set<String> failedHooks, String error) {}

  @Override
  public String name() {
    return "events";
  }

  @Override
  public int runBatch(Instant now) {
    db.requireNoTransaction();
    List<Pending> claimed =
        db.tx(
            handle -> {
              List<Pending> taken = claim(handle, now);
              relay(handle, taken);
              return taken;
            });
    if (claimed.isEmpty()) {
      return 0;
    }
    List<StoredEvent> delivered = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    Set<UUID> stopped = new HashSet<>();
    for (Pending pending : claimed) {
      if (stopped.contains(pending.event().customerId())) {
        continue;
      }
      Failure failure = deliver(pending);
      if (failure == null) {
        delivered.add(pending.event());
      } else {
        failures.add(failure);
        stopped.add(pending.event().customerId());
      }
    }
    db.run(
        handle -> {
          markDelivered(handle, delivered);
          failures.forEach(failure -> markFailed(handle, failure, now));
        });
    return delivered.size() + failures.size();
  }

  private List<Pending> claim(Handle handle, Instant now) {
    List<UUID> customers =
        handle
            .createQuery(
                "with head as ("
                    + " select e.customer_id, e.seq from @.event e"
                    + " where e.status = 'PENDING' and e.next_attempt_at <= :now"
                    + " and not exists (select 1 from @.event p where p.status = 'PENDING'"
                    + "   and p.customer_id = e.customer_id and p.seq < e.seq)"
                    + " order by e.next_attempt_at limit :limit for update skip locked)"
                    + " update @.event e set next_attempt_at = :lease from head h"
                    + " where e.customer_id = h.customer_id and e.seq = h.seq"
                    + " returning e.customer_id")
            .bind("now", at(now))
            .bind("lease", at(now.plus(LEASE)))
            .bind("limit", CUSTOMERS_A_BATCH)
            .mapTo(UUID.class)
            .list();
    if (customers.isEmpty()) {
      return List.of();
    }
    return handle
        .createQuery(
            "select e.* from unnest(:customers) as c(id) cross join lateral ("
                + " select customer_id, seq, id, type, occurred_at, data, attempts, failed_hooks"
                + " from @.event where customer_id = c.id and status = 'PENDING'"
                + " order by seq limit :limit) e order by e.customer_id, e.seq")
        .bindArray("customers", UUID.class, customers)
        .bind("limit", EVENTS_A_CUSTOMER)
        .map((row, context) -> pending(row))
        .list();
  }

  private void relay(Handle handle, List<Pending> claimed) {
    if (!relay.isActive()) {
      return;
    }
    List<StoredEvent> blocked = blocked(handle);
    if (!blocked.isEmpty()) {
      relay.relay(blocked);
    }
    if (!claimed.isEmpty()) {
      relay.relay(claimed.stream().map(Pending::event).toList());
    }
  }

  /** Events behind one that a hook can't take: the relay need not wait for that hook. */
  private static List<StoredEvent> blocked(Handle handle) {
    return handle
        .createQuery(
            "with b as (select e.customer_id, e.seq from @.event f"
                + " join @.event e on e.customer_id = f.customer_id and e.seq > f.seq"
                + " where f.status = 'PENDING' and f.attempts > 0 and e.status = 'PENDING'"
                + " and not e.relayed order by e.customer_id, e.seq limit :limit"
                + " for update of e skip locked),"
                + " u as (update @.event e set relayed = true from b"
                + " where e.customer_id = b.customer_id and e.seq = b.seq"
                + " returning e.customer_id, e.seq, e.id, e.type, e.occurred_at, e.data)"
                + " select * from u order by customer_id, seq")
        .bind("limit", BLOCKED_A_BATCH)
        .map((row, context) -> EventLog.stored(row))
        .list();
  }

  private static Pending pending(ResultSet row) throws SQLException {
    Array failed = row.getArray("failed_hooks");
    return new Pending(
        EventLog.stored(row),
        row.getInt("attempts"),
        failed == null ? null : Set.of((String[]) failed.getArray()));
  }

  private @Nullable Failure deliver(Pending pending) {
    Set<String> failed = new HashSet<>();
    String error = "";
    for (EventHook hook : hooks) {
      if (!isOwed(pending, hook)) {
        continue;
      }
      try {
        hook.deliver(pending.event(), json);
      } catch (RuntimeException e) {
        LOG.warn(
            "hook {} failed on event {} {}",
            hook.name(),
            pending.event().type(),
            pending.event().id(),
            e);
        failed.add(hook.name());
        error = hook.name() + ": " + e;
      }
    }
    return failed.isEmpty() ? null : new Failure(pending, failed, error);
  }

  private static boolean isOwed(Pending pending, EventHook hook) {
    Set<String> failedBefore = pending.failedHooks();
    return hook.wants(pending.event().type())
        && (failedBefore == null || failedBefore.contains(hook.name()));
  }

  private static void markDelivered(Handle handle, List<StoredEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    handle
        .createUpdate(
            "update @.event e set status = 'DELIVERED', next_attempt_at = null, last_error = null,"
                + " failed_hooks = null from unnest(:customers, :seqs) as d(customer_id, seq)"
                + " where e.customer_id = d.customer_id and e.seq = d.seq")
        .bindArray("customers", UUID.class, events.stream().map(StoredEvent::customerId).toList())
        .bindArray("seqs", Long.class, events.stream().map(StoredEvent::seq).toList())
        .execute();
  }

  private static void markFailed(Handle handle, Failure failure, Instant now) {
    Pending pending = failure.pending();
    int attempts = pending.attempts() + 1;
    boolean last = attempts >= ATTEMPTS_MAX;
    String error = failure.error();
    handle
        .createUpdate(
            "update @.event set status = :status, attempts = :attempts, next_attempt_at = :next,"
                + " last_error = :error, failed_hooks = :hooks"
                + " where customer_id = :customer and seq = :seq")
        .bind("status", last ? "PARKED" : "PENDING")
        .bind("attempts", attempts)
        .bind("next", last ? null : at(now.plus(backoff(attempts))))
        .bind("error", error.substring(0, Math.min(error.length(), ERROR_LENGTH_MAX)))
        .bindArray("hooks", String.class, failure.failedHooks())
        .bind("customer", pending.event().customerId())
        .bind("seq", pending.event().seq())
        .execute();
  }

  private static Duration backoff(int attempts) {
    Duration pause = BACKOFF_FIRST.multipliedBy(1L << (2 * Math.min(attempts - 1, 8)));
    return pause.compareTo(BACKOFF_MAX) < 0 ? pause : BACKOFF_MAX;
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
