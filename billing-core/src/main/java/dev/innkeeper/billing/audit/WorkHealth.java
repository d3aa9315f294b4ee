package dev.innkeeper.billing.audit;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.work.Heartbeats;
import dev.innkeeper.billing.work.Heartbeats.Heartbeat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether due work is being done: when each kind was last looked at by any node, and since
 * when the oldest item waits. Reads one index entry a kind. Thread-safe.
 */
public final class WorkHealth {
  /** The earliest item of each kind that has such a thing, by an index on it. */
  private static final Map<String, String> OLDEST = oldest();

  private final Database db;
  private final Heartbeats heartbeats;
  private final List<String> kinds;
  private final Clocks clocks;

  /**
   * Two times.
   *
   * @param engine what is due goes by it; a trial's may be moved
   * @param wall real time
   */
  public record Clocks(Clock engine, Clock wall) {}

  /**
   * One kind of work.
   *
   * @param lastRanAt when any node last looked at it without failing, real time; null for never
   * @param lastWorkedAt when something was last done, real time; null for never
   * @param oldestDueAt since when the oldest item waits, the engine's time; null when none is due
   * @param late how long it has waited; zero when none is due
   * @param error what it last failed with, if that was after it last ran; empty otherwise
   */
  public record KindHealth(
      String kind,
      @Nullable Instant lastRanAt,
      @Nullable Instant lastWorkedAt,
      @Nullable Instant oldestDueAt,
      Duration late,
      String error) {

    /** Whether nobody has looked for longer than this. */
    public boolean isStale(Instant wallNow, Duration staleAfter) {
      return lastRanAt == null || lastRanAt.plus(staleAfter).isBefore(wallNow);
    }
  }

  public WorkHealth(Database db, Heartbeats heartbeats, List<String> kinds, Clocks clocks) {
    this.db = db;
    this.heartbeats = heartbeats;
    this.kinds = List.copyOf(kinds);
    this.clocks = clocks;
  }

  private static Map<String, String> oldest() {
    Map<String, String> queries = new LinkedHashMap<>();
    queries.put("ledger-holds", "select min(expires_at) from @.ledger_hold where remaining > 0");
    queries.put(
        "subscription-ends",
        "select min(ends_at) from @.subscription where ends_at is not null and status <> 'ENDED'");
    queries.put("prepaid-burn", "select min(next_at) from @.prepaid_burn");
    queries.put("invoice-run", "select min(next_at) from @.billing_due");
    queries.put("payments", "select min(next_at) from @.payment where next_at is not null");
    queries.put("refunds", "select min(next_at) from @.refund where next_at is not null");
    queries.put(
        "voucher-expiry",
        "select min(expires_at) from @.voucher_redemption"
            + " where expires_at is not null and expired_minor is null");
    queries.put("dunning", "select min(next_at) from @.grace where next_at is not null");
    queries.put("runways", "select min(next_at) from @.runway");
    queries.put("events", "select min(next_attempt_at) from @.event where status = 'PENDING'");
    queries.put(
        "webhooks",
        "select min(o.at) from @.webhook_endpoint e cross join lateral (select"
            + " min(c.next_attempt_at) as at from @.webhook_cursor c"
            + " where c.endpoint_id = e.id and c.next_attempt_at is not null) o"
            + " where e.status = 'ENABLED'");
    return Map.copyOf(queries);
  }

  /** Every kind of due work the engine has, in the order it is done. */
  public List<KindHealth> read() {
    Map<String, Heartbeat> beats = heartbeats.read();
    Instant now = clocks.engine().instant();
    return db.tx(
        handle -> {
          List<KindHealth> result = new ArrayList<>();
          for (String kind : kinds) {
            result.add(health(kind, beats.get(kind), oldest(handle, kind), now));
          }
          return result;
        });
  }

  private static KindHealth health(
      String kind, @Nullable Heartbeat beat, @Nullable Instant oldest, Instant now) {
    boolean due = oldest != null && !oldest.isAfter(now);
    Instant ranAt = beat == null ? null : beat.ranAt();
    Instant failedAt = beat == null ? null : beat.failedAt();
    boolean failing =
        beat != null && failedAt != null && (ranAt == null || failedAt.isAfter(ranAt));
    return new KindHealth(
        kind,
        ranAt,
        beat == null ? null : beat.workedAt(),
        due ? oldest : null,
        due && oldest != null ? Duration.between(oldest, now) : Duration.ZERO,
        failing && beat != null ? beat.error() : "");
  }

  private static @Nullable Instant oldest(Handle handle, String kind) {
    String query = OLDEST.get(kind);
    if (query == null) {
      return null;
    }
    List<Instant> found = new ArrayList<>();
    handle
        .createQuery(query)
        .map((row, context) -> row.getObject(1, OffsetDateTime.class))
        .forEach(
            at -> {
              if (at != null) {
                found.add(at.toInstant());
              }
            });
    return found.isEmpty() ? null : found.get(0);
  }

  /** Real time, against which {@link KindHealth#isStale} is asked. */
  public Instant wallNow() {
    return clocks.wall().instant();
  }
}
