package dev.innkeeper.billing.work;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, for all nodes, when each kind of due work was last looked at. Goes by real time, which
 * passes in a trial too. Thread-safe.
 */
public final class Heartbeats {
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final int ERROR_LENGTH_MAX = 500;
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

  private final Database db;
  private final Clock wallClock;
  private final Map<String, Beat> pending = new TreeMap<>();
  private @Nullable Instant writtenAt;

  private static final class Beat {
    @Nullable Instant ranAt;
    @Nullable Instant workedAt;
    @Nullable Instant failedAt;
    String error = "";
  }

  /**
   * A kind of work, as all nodes have left it.
   *
   * @param ranAt when it was last looked at without failing, real time; null for never
   * @param workedAt when something was last done; null for never
   * @param failedAt when it last failed; null for never
   * @param error what it last failed with; empty for nothing
   */
  public record Heartbeat(
      String kind,
      @Nullable Instant ranAt,
      @Nullable Instant workedAt,
      @Nullable Instant failedAt,
      String error) {}

  public Heartbeats(Database db, Clock wallClock) {
    this.db = db;
    this.wallClock = wallClock;
  }

  synchronized void ran(String kind, int items) {
    Beat beat = pending.computeIfAbsent(kind, k -> new Beat());
    beat.ranAt = wallClock.instant();
    if (items > 0) {
      beat.workedAt = beat.ranAt;
    }
  }

  synchronized void failed(String kind, RuntimeException failure) {
    Beat beat = pending.computeIfAbsent(kind, k -> new Beat());
    beat.failedAt = wallClock.instant();
    String error = failure.toString();
    beat.error = error.substring(0, Math.min(error.length(), ERROR_LENGTH_MAX)).replace("\0", "");
  }

  /** Writes what happened, unless that was done a moment ago. Never fails: the work goes on. */
  synchronized void flush() {
    Instant now = wallClock.instant();
    Instant last = writtenAt;
    boolean early = last != null && now.isBefore(last.plus(PAUSE)) && !now.isBefore(last);
    if (early || pending.isEmpty()) {
      return;
    }
    try {
      write();
      writtenAt = now;
      pending.clear();
    } catch (RuntimeException e) {
      LOG.warn("the heartbeat of due work could not be written", e);
    }
  }

  private void write() {
    List<String> kinds = new ArrayList<>(pending.keySet());
    List<@Nullable OffsetDateTime> ran = new ArrayList<>();
    List<@Nullable OffsetDateTime> worked = new ArrayList<>();
    List<@Nullable OffsetDateTime> failed = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    for (Beat beat : pending.values()) {
      ran.add(at(beat.ranAt));
      worked.add(at(beat.workedAt));
      failed.add(at(beat.failedAt));
      errors.add(beat.error);
    }
    db.run(
        handle ->
            handle
                .createUpdate(
                    "insert into @.work_heartbeat as h (kind, ran_at, worked_at, failed_at, error)"
                        + " select * from unnest(:kinds, :ran, :worked, :failed, :errors) order by 1"
                        + " on conflict (kind) do update set"
                        + " ran_at = greatest(h.ran_at, excluded.ran_at),"
                        + " worked_at = greatest(h.worked_at, excluded.worked_at),"
                        + " failed_at = greatest(h.failed_at, excluded.failed_at),"
                        + " error = case when excluded.error = '' then h.error"
                        + "   else excluded.error end")
                .bindArray("kinds", String.class, kinds)
                .bindArray("ran", OffsetDateTime.class, ran)
                .bindArray("worked", OffsetDateTime.class, worked)
                .bindArray("failed", OffsetDateTime.class, failed)
                .bindArray("errors", String.class, errors)
                .execute());
  }

  /** By kind. */
  public Map<String, Heartbeat> read() {
    Map<String, Heartbeat> result = new HashMap<>();
    db.run(
        handle ->
            handle
                .createQuery(
                    "select kind, ran_at, worked_at, failed_at, error from @.work_heartbeat")
                .map(
                    (row, context) ->
                        new Heartbeat(
                            row.getString(1),
                            SqlValues.instantOrNull(row, 2),
                            SqlValues.instantOrNull(row, 3),
                            SqlValues.instantOrNull(row, 4),
                            row.getString(5)))
                .forEach(beat -> result.put(beat.kind(), beat)));
    return result;
  }

  private static @Nullable OffsetDateTime at(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
