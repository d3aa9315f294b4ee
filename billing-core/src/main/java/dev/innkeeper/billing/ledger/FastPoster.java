package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Books a batch in the hope that all of it is new and none of it is refused, which is how most
 * batches are.
 *
 * <p>The first round trip changes the balances, which locks them, and brings them back; they are
 * judged in memory as always; the second one inserts the rows and commits. When the hope fails, all
 * is rolled back and the caller takes the careful way. Thread-safe.
 */
final class FastPoster {
  private static final Logger LOG = LoggerFactory.getLogger(FastPoster.class);

  /** After a failed hope, so many batches are not tried; twice as many after each further one. */
  private static final int SKIPPED_MAX = 64;

  private static final String CHANGE =
      "update @.ledger_account a set balance = a.balance + c.d, seq = a.seq + c.n,"
          + " recorded_at = greatest(a.recorded_at, ?)"
          + " from unnest(?::int[], ?::text::uuid[], ?::bigint[], ?::bigint[], ?::bigint[])"
          + " c(i, o, k, d, n) where a.owner = c.o and a.account = c.k"
          + " returning c.i, a.code, a.currency, a.lane, a.type, a.floor, a.balance, a.held, a.seq,"
          + " a.recorded_at";

  private static final String INSERT =
      "with transfer as (insert into @.ledger_transfer (id, owner, kind, status, request_hash,"
          + " linked, effective_at, recorded_at, metadata)"
          + " select i, o, k, 'POSTED', h, l, coalesce(e, ?), ?, n"
          + " from unnest(?::text::uuid[], ?::text::uuid[], ?::text[], ?::bytea[], ?::text::uuid[],"
          + " ?::timestamptz[], ?::text[]) t(i, o, k, h, l, e, n)),"
          + " unsealed as (insert into @.ledger_unsealed (recorded_at, first_id, ids)"
          + " select ?, i[1], i from (select ?::text::uuid[] as i) b)"
          + " insert into @.ledger_entry (owner, account, recorded_at, seq, transfer_id, line,"
          + " amount, balance_after) select o, a, ?, s, t, l, m, b"
          + " from unnest(?::text::uuid[], ?::bigint[], ?::bigint[], ?::text::uuid[], ?::smallint[],"
          + " ?::bigint[], ?::bigint[]) e(o, a, s, t, l, m, b);"
          + " commit";

  private final Database db;
  private final Clock clock;
  private final AccountKeys keys;
  private final LedgerSql ledgerSql;
  private final String change;
  private final String insert;
  private final ReentrantLock changing = new ReentrantLock();
  private final AtomicInteger skip = new AtomicInteger();
  private final AtomicInteger skipNext = new AtomicInteger(1);

  FastPoster(Database db, Clock clock, AccountKeys keys) {
    this.db = db;
    this.clock = clock;
    this.keys = keys;
    this.ledgerSql = new LedgerSql(db);
    this.change = db.sql(CHANGE);
    this.insert = db.sql(INSERT);
  }

  /** What a batch does to one account. */
  private static final class Change implements Comparable<Change> {
    final AccountId id;
    final AccountKey key;
    long delta;
    long entries;

    Change(AccountId id, AccountKey key) {
      this.id = id;
      this.key = key;
    }

    /** The order in which the careful way locks, so that the two never wait for each other. */
    @Override
    public int compareTo(Change other) {
      UUID a = key.owner();
      UUID b = other.key.owner();
      int order = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
      if (order == 0) {
        order = Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
      }
      return order == 0 ? Long.compare(key.account(), other.key.account()) : order;
    }
  }

  /**
   * Books the groups in a transaction of its own.
   *
   * @return empty when nothing was booked and the careful way is to be taken
   */
  Optional<List<PostResult>> post(List<List<Request>> groups) {
    if (skip.getAndUpdate(n -> Math.max(0, n - 1)) > 0 || !isPlain(groups)) {
      return Optional.empty();
    }
    List<Change> changes = changes(groups);
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    try (Connection connection = db.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      try {
        Batch batch = tryPost(connection, groups, changes);
        if (batch != null) {
          skipNext.set(1);
          return Optional.of(batch.results());
        }
        rollBack(connection);
      } catch (SQLException e) {
        if (!isHopeFailed(e)) {
          throw e;
        }
        rollBack(connection);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't post to the ledger: " + e.getMessage(), e);
    }
    skip.set(skipNext.getAndUpdate(n -> Math.min(SKIPPED_MAX, 2 * n)));
    return Optional.empty();
  }

  /**
   * Nothing was committed, so nothing is booked, whether the rollback reaches the server or the
   * connection is lost before it does: the careful way goes on with a connection of its own.
   */
  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      LOG.debug("the connection was lost before the rollback", e);
    }
  }

  private static boolean isPlain(List<List<Request>> groups) {
    for (List<Request> group : groups) {
      for (Request request : group) {
        if (request.action() != Action.NONE) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether the careful way may do better: a repeat, a floor, an overflow, a deadlock. */
  private static boolean isHopeFailed(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return switch (state) {
      case "23505", "23514", "22003", "40001", "40P01" -> true;
      default -> false;
    };
  }

  /** The changes in the order of their keys; none when a sum is beyond 64 bits. */
  private List<Change> changes(List<List<Request>> groups) {
    Map<AccountId, Change> changes = new HashMap<>();
    for (List<Request> group : groups) {
      for (Request request : group) {
        for (Posting p : request.postings()) {
          Change change =
              changes.computeIfAbsent(
                  p.account(), id -> new Change(id, keys.of(id, AccountKeys.laneOf(id))));
          long delta = change.delta + p.signed();
          if (((change.delta ^ delta) & (p.signed() ^ delta)) < 0) {
            return List.of();
          }
          change.delta = delta;
          change.entries++;
        }
      }
    }
    return changes.values().stream().sorted().toList();
  }

  private @Nullable Batch tryPost(
      Connection connection, List<List<Request>> groups, List<Change> changes) throws SQLException {
    Batch.Known known = Batch.Known.empty();
    Instant now;
    // Who takes the time first takes the rows first, so that no writer of this ledger finds rows
    // from its future. A writer that waits here would mostly wait for the other one's rows anyway.
    changing.lock();
    try {
      now = clock.instant().truncatedTo(ChronoUnit.MICROS);
      if (!change(connection, changes, now, known)) {
        return null;
      }
    } finally {
      changing.unlock();
    }
    Batch batch = new Batch(known, now);
    groups.forEach(batch::decide);
    for (PostResult result : batch.results()) {
      if (!(result instanceof PostResult.Posted posted) || posted.replayed()) {
        return null;
      }
    }
    OffsetDateTime at = now.atOffset(ZoneOffset.UTC);
    ledgerSql.open(
        connection, at, batch.changedAccounts().stream().filter(state -> !state.stored).toList());
    insert(connection, batch, at);
    return batch;
  }

  /** Changes the balances and learns what they were. False when an account is not known. */
  private boolean change(
      Connection connection, List<Change> changes, Instant now, Batch.Known known)
      throws SQLException {
    Integer[] numbers = new Integer[changes.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    boolean timely = true;
    try (PreparedStatement statement = connection.prepareStatement(change)) {
      new LedgerSql.Arguments(connection, statement)
          .value(now.atOffset(ZoneOffset.UTC))
          .array("int4", numbers)
          .ids(LedgerSql.column(changes, UUID[]::new, c -> c.key.owner()))
          .array("int8", LedgerSql.column(changes, Long[]::new, c -> c.key.account()))
          .array("int8", LedgerSql.column(changes, Long[]::new, c -> c.delta))
          .array("int8", LedgerSql.column(changes, Long[]::new, c -> c.entries));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Change change = changes.get(row.getInt(1));
          LedgerSql.requireName(change.id, row.getString(2), row.getString(3));
          AccountSpec spec =
              new AccountSpec(
                  change.id, AccountType.valueOf(row.getString(5)), LedgerSql.nullableLong(row, 6));
          AccountState state = AccountState.stored(change.key, spec, row.getInt(4), now);
          state.balance = row.getLong(7) - change.delta;
          state.held = row.getLong(8);
          state.seq = row.getLong(9) - change.entries;
          timely &= !LedgerSql.instant(row, 10).isAfter(now);
          known.accounts().put(change.id, state);
        }
      }
    }
    for (Change change : changes) {
      if (!known.accounts().containsKey(change.id)) {
        AccountSpec spec = Chart.find(change.id);
        if (spec == null) {
          return false;
        }
        known
            .accounts()
            .put(change.id, AccountState.absent(change.key, spec, AccountKeys.laneOf(change.id)));
      }
    }
    // Entries never go back in time; the careful way knows how to wait for the clock.
    return timely;
  }

  private void insert(Connection connection, Batch batch, OffsetDateTime at) throws SQLException {
    List<Batch.Decided> decided = batch.decided();
    List<Batch.Line> lines = batch.lines();
    UUID[] ids = LedgerSql.column(decided, UUID[]::new, d -> d.request().id());
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      LedgerSql.Arguments in =
          new LedgerSql.Arguments(connection, statement)
              .value(at)
              .value(at)
              .ids(ids)
              .ids(LedgerSql.column(decided, UUID[]::new, d -> d.request().owner()))
              .array("text", LedgerSql.column(decided, String[]::new, FastPoster::kind))
              .array("bytea", LedgerSql.column(decided, byte[][]::new, FastPoster::hash))
              .ids(LedgerSql.column(decided, UUID[]::new, d -> d.request().linked()))
              .array(
                  "timestamptz",
                  LedgerSql.column(decided, OffsetDateTime[]::new, FastPoster::effectiveAt))
              .array("text", LedgerSql.column(decided, String[]::new, FastPoster::notes))
              .value(at)
              .ids(ids)
              .value(at);
      LedgerSql.lines(in, lines);
      statement.execute();
    }
  }

  private static String kind(Batch.Decided decided) {
    return decided.request().head().kind();
  }

  private static byte[] hash(Batch.Decided decided) {
    return decided.request().hash().toBytes();
  }

  private static @Nullable String notes(Batch.Decided decided) {
    return Notes.write(decided.request().head().metadata());
  }

  private static @Nullable OffsetDateTime effectiveAt(Batch.Decided decided) {
    Instant effective = decided.request().head().effectiveAt();
    return effective == null ? null : effective.atOffset(ZoneOffset.UTC);
  }
}
