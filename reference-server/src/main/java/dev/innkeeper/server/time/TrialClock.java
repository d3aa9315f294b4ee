package dev.innkeeper.server.time;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.problem.InvalidInput;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A clock that can be moved forward, kept in the database so that time goes on where it was after a
 * restart. It exists in trial mode only: in production no code reaches it. Thread-safe.
 */
public final class TrialClock extends Clock {
  private static final Duration ADVANCE_MAX = Duration.ofDays(3700);

  private final Database db;
  private final Clock real;
  private volatile Reading reading;

  /**
   * @param offsetMillis how far ahead of the real clock it runs
   * @param standsAt where it stands, or null while it runs
   */
  private record Reading(long offsetMillis, @Nullable Instant standsAt) {}

  private TrialClock(Database db, Clock real, Reading reading) {
    this.db = db;
    this.real = real;
    this.reading = reading;
  }

  /**
   * The trial's clock as it was left, or a new one.
   *
   * @param start where a new clock begins; null for the real time
   * @param stands whether a new clock stands still until it is moved
   */
  public static TrialClock load(Database db, Clock real, @Nullable Instant start, boolean stands) {
    Reading reading =
        db.tx(
            handle -> {
              Reading stored = find(handle);
              if (stored != null) {
                return stored;
              }
              Instant now = real.instant();
              Instant begin = start == null ? now : start;
              Reading fresh =
                  new Reading(Duration.between(now, begin).toMillis(), stands ? begin : null);
              store(handle, fresh);
              return fresh;
            });
    return new TrialClock(db, real, reading);
  }

  private static @Nullable Reading find(Handle handle) {
    return handle
        .createQuery("select offset_millis, stands_at from @.trial_clock")
        .map((row, context) -> reading(row))
        .findOne()
        .orElse(null);
  }

  private static Reading reading(ResultSet row) throws SQLException {
    return new Reading(row.getLong("offset_millis"), SqlValues.instantOrNull(row, "stands_at"));
  }

  private static void store(Handle handle, Reading reading) {
    Instant standsAt = reading.standsAt();
    handle
        .createUpdate(
            "insert into @.trial_clock (offset_millis, stands_at) values (:offset, cast(:stands as timestamptz))"
                + " on conflict (only_row) do update"
                + " set offset_millis = excluded.offset_millis, stands_at = excluded.stands_at")
        .bind("offset", reading.offsetMillis())
        .bind("stands", standsAt == null ? null : standsAt.atOffset(ZoneOffset.UTC))
        .execute();
  }

  /** Whether time passes only when the clock is moved. */
  public boolean isStanding() {
    return reading.standsAt() != null;
  }

  /**
   * Moves the clock to a later instant.
   *
   * @throws InvalidInput when that is not later, or more than ten years away
   */
  public synchronized void moveTo(Instant target) {
    Instant now = instant();
    if (target.isBefore(now)) {
      throw new InvalidInput("to", "the clock stands at " + now + " and only moves forward");
    }
    if (Duration.between(now, target).compareTo(ADVANCE_MAX) > 0) {
      throw new InvalidInput("to", "the clock moves ten years at most in one go");
    }
    Reading next =
        new Reading(
            Duration.between(real.instant(), target).toMillis(), isStanding() ? target : null);
    db.run(handle -> store(handle, next));
    reading = next;
  }

  /** Lets the time pass by itself from here on. */
  public synchronized void run() {
    Instant now = instant();
    Reading next = new Reading(Duration.between(real.instant(), now).toMillis(), null);
    db.run(handle -> store(handle, next));
    reading = next;
  }

  @Override
  public Instant instant() {
    Reading current = reading;
    Instant standsAt = current.standsAt();
    return standsAt != null ? standsAt : real.instant().plusMillis(current.offsetMillis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new IllegalStateException("the engine's time is UTC");
  }
}
