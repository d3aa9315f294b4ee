package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
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

  private static final String INSERT =
      "with transfer as (insert into @.ledger_transfer (id, owner, kind, status, request_hash,"
          + " linked, effective_at, recorded_at, metadata)"
          + " select i, o, k, 'POSTED', h, l, coalesce(e, ?), ?, n"
          + " from unnest(?::uuid[], ?::uuid[], ?::text[], ?::bytea[], ?::text::uuid[],"
          + " ?::timestamptz[], ?::text[]) t(i, o, k, h, l, e, n)),"
          + " unsealed as (insert into @.ledger_unsealed (recorded_at, first_id, transfers, ids)"
          + " select ?, i[1], cardinality(i), i from (select ?::uuid[] as i) b)"
          + " insert into @.ledger_entry (owner, account, recorded_at, seq, transfer_id, line,"
          + " amount, balance_after) select o, a, ?, s, t, l, m, b"
          + " from unnest(?::uuid[], ?::bigint[], ?::bigint[], ?::uuid[], ?::smallint[],"
          + " ?::bigint[], ?::bigint[]) e(o, a, s, t, l, m, b);"
          + " commit";

  /** The places of what is filled in late, counted from 1; the times stand before two of them. */
  private static final int INSERT_IDS_UNSEALED = 11;

  private static final int INSERT_ENTRIES = 13;
  private static final int INSERT_SEQS = 15;
  private static final int INSERT_BALANCES = 19;

  private final Database db;
  private final Clock clock;
  private final AccountKeys keys;
  private final LedgerSql ledgerSql;
  private final String insertSql;
  private final ReentrantLock changing = new ReentrantLock();
  private final AtomicInteger skip = new AtomicInteger();
  private final AtomicInteger skipNext = new AtomicInteger(1);

  FastPoster(Database db, Clock clock, AccountKeys keys) {
    this.db = db;
    this.clock = clock;
    this.keys = keys;
    this.ledgerSql = new LedgerSql(db);
    this.insertSql = db.sql(INSERT);
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
    BalanceChanges changes = BalanceChanges.of(keys, groups);
    if (changes == null || changes.isEmpty()) {
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

  private @Nullable Batch tryPost(
      Connection connection, List<List<Request>> groups, BalanceChanges changes)
      throws SQLException {
    try (PreparedStatement change = changes.prepare(connection, db);
        PreparedStatement insert = connection.prepareStatement(insertSql)) {
      // Others wait for the rows from the change to the commit: what can be said before is.
      bindInsert(connection, insert, groups);
      Batch.Known known = Batch.Known.empty();
      Instant now;
      // Who takes the time first takes the rows first, so that no writer of this ledger finds rows
      // from its future. A writer that waits here would mostly wait for the other one's rows
      // anyway.
      changing.lock();
      try {
        now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (changes.apply(change, now, known).isAfter(now)) {
          // Entries never go back in time; the careful way knows how to wait for the clock.
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
      insert(connection, insert, batch, at);
      return batch;
    }
  }

  /** Says all that does not follow from balances. */
  private void bindInsert(
      Connection connection, PreparedStatement statement, List<List<Request>> groups)
      throws SQLException {
    List<Request> requests = groups.stream().flatMap(List::stream).toList();
    UUID[] ids = LedgerSql.column(requests, UUID[]::new, Request::id);
    new LedgerSql.Arguments(connection, statement)
        .from(3)
        .uuids(ids)
        .uuids(LedgerSql.column(requests, UUID[]::new, Request::owner))
        .array("text", LedgerSql.column(requests, String[]::new, r -> r.head().kind()))
        .array("bytea", LedgerSql.column(requests, byte[][]::new, r -> r.hash().toBytes()))
        .ids(LedgerSql.column(requests, UUID[]::new, Request::linked))
        .array(
            "timestamptz",
            LedgerSql.column(requests, OffsetDateTime[]::new, FastPoster::effectiveAt))
        .array(
            "text",
            LedgerSql.column(requests, String[]::new, r -> Notes.write(r.head().metadata())))
        .from(INSERT_IDS_UNSEALED)
        .uuids(ids);
    int n = requests.stream().mapToInt(r -> r.postings().size()).sum();
    UUID[] owners = new UUID[n];
    long[] accounts = new long[n];
    UUID[] transfers = new UUID[n];
    short[] numbers = new short[n];
    long[] amounts = new long[n];
    int i = 0;
    for (Request request : requests) {
      short number = 0;
      for (Posting p : request.postings()) {
        AccountKey key = keys.of(p.account(), AccountKeys.laneOf(p.account()));
        owners[i] = key.owner();
        accounts[i] = key.account();
        transfers[i] = request.id();
        numbers[i] = number++;
        amounts[i++] = p.signed();
      }
    }
    new LedgerSql.Arguments(connection, statement)
        .from(INSERT_ENTRIES)
        .uuids(owners)
        .numbers("int8", accounts)
        .from(INSERT_SEQS + 1)
        .uuids(transfers)
        .numbers("int2", numbers)
        .numbers("int8", amounts);
  }

  private static void insert(
      Connection connection, PreparedStatement statement, Batch batch, OffsetDateTime at)
      throws SQLException {
    List<Batch.Line> lines = batch.lines();
    long[] seqs = new long[lines.size()];
    long[] balances = new long[lines.size()];
    for (int i = 0; i < seqs.length; i++) {
      seqs[i] = lines.get(i).after().seq();
      balances[i] = lines.get(i).after().balance();
    }
    new LedgerSql.Arguments(connection, statement)
        .value(at)
        .value(at)
        .from(INSERT_IDS_UNSEALED - 1)
        .value(at)
        .from(INSERT_ENTRIES - 1)
        .value(at)
        .from(INSERT_SEQS)
        .numbers("int8", seqs)
        .from(INSERT_BALANCES)
        .numbers("int8", balances);
    statement.execute();
  }

  private static @Nullable OffsetDateTime effectiveAt(Request request) {
    Instant effective = request.head().effectiveAt();
    return effective == null ? null : effective.atOffset(ZoneOffset.UTC);
  }
}
