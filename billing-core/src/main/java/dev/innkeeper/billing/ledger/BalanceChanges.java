package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.id.Ids;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a batch adds to the balances, summed by account: one statement changes them, which locks
 * them, and brings back what they were. Confined to one thread.
 */
final class BalanceChanges {
  private static final String CHANGE =
      "update @.ledger_account a set balance = a.balance + c.d, seq = a.seq + c.n,"
          + " recorded_at = greatest(a.recorded_at, ?)"
          + " from unnest(?::int[], ?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[])"
          + " c(i, o, k, d, n) where a.owner = c.o and a.account = c.k"
          + " returning c.i, a.code, a.currency, a.lane, a.type, a.floor, a.balance, a.held, a.seq,"
          + " a.recorded_at";

  private static final String LATER =
      "update @.ledger_account a set recorded_at = ? from unnest(?::uuid[], ?::bigint[]) c(o, k)"
          + " where a.owner = c.o and a.account = c.k";

  private final List<Change> changes;

  private BalanceChanges(List<Change> changes) {
    this.changes = changes;
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
      int order = Ids.compare(key.owner(), other.key.owner());
      return order == 0 ? Long.compare(key.account(), other.key.account()) : order;
    }
  }

  /** The changes in the order of their keys; null when a sum is beyond 64 bits. */
  static @Nullable BalanceChanges of(AccountKeys keys, List<List<Request>> groups) {
    Map<AccountId, Change> changes = new HashMap<>();
    for (List<Request> group : groups) {
      for (Request request : group) {
        for (Posting p : request.postings()) {
          Change change =
              changes.computeIfAbsent(
                  p.account(), id -> new Change(id, keys.of(id, AccountKeys.laneOf(id))));
          long delta = change.delta + p.signed();
          if (((change.delta ^ delta) & (p.signed() ^ delta)) < 0) {
            return null;
          }
          change.delta = delta;
          change.entries++;
        }
      }
    }
    return new BalanceChanges(changes.values().stream().sorted().toList());
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /** {@link #apply(PreparedStatement, Instant, Batch.Known)} with all that is known before. */
  PreparedStatement prepare(Connection connection, Database db) throws SQLException {
    int[] numbers = new int[changes.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    PreparedStatement statement = connection.prepareStatement(db.sql(CHANGE));
    new LedgerSql.Arguments(connection, statement)
        .from(2)
        .numbers("int4", numbers)
        .uuids(LedgerSql.column(changes, UUID[]::new, change -> change.key.owner()))
        .numbers("int8", changes.stream().mapToLong(c -> c.key.account()).toArray())
        .numbers("int8", changes.stream().mapToLong(c -> c.delta).toArray())
        .numbers("int8", changes.stream().mapToLong(c -> c.entries).toArray());
    return statement;
  }

  /** {@link #apply(PreparedStatement, Instant, Batch.Known)} at once. */
  Instant apply(Connection connection, Database db, Instant now, Batch.Known known)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, db)) {
      return apply(statement, now, known);
    }
  }

  /**
   * Changes the balances of the accounts that exist.
   *
   * @param known gets the accounts as they were before; those that don't exist as the chart says,
   *     if it knows them
   * @return the latest instant that one of them was recorded at, or {@code now} if that is later
   */
  Instant apply(PreparedStatement statement, Instant now, Batch.Known known) throws SQLException {
    Instant latest = now;
    statement.setObject(1, now.atOffset(ZoneOffset.UTC));
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        Change change = changes.get(row.getInt(1));
        known.accounts().put(change.id, before(change, row, now));
        Instant recorded = SqlValues.instant(row, 10);
        latest = recorded.isAfter(latest) ? recorded : latest;
      }
    }
    for (Change change : changes) {
      AccountSpec spec = Chart.find(change.id);
      if (spec != null) {
        int lane = AccountKeys.laneOf(change.id);
        known
            .accounts()
            .computeIfAbsent(change.id, id -> AccountState.absent(change.key, spec, lane));
      }
    }
    return latest;
  }

  private static AccountState before(Change change, ResultSet row, Instant now)
      throws SQLException {
    LedgerSql.requireName(change.id, row.getString(2), row.getString(3));
    AccountSpec spec =
        new AccountSpec(
            change.id, AccountType.valueOf(row.getString(5)), LedgerSql.nullableLong(row, 6));
    AccountState state = AccountState.stored(change.key, spec, row.getInt(4), now);
    state.balance = row.getLong(7) - change.delta;
    state.held = row.getLong(8);
    state.seq = row.getLong(9) - change.entries;
    return state;
  }

  /** Has the changed accounts recorded at a later instant, so that no entry goes back in time. */
  void recordAt(Connection connection, Database db, Instant later) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(db.sql(LATER))) {
      statement.setObject(1, later.atOffset(ZoneOffset.UTC));
      statement.setArray(2, owners(connection));
      statement.setArray(3, longs(connection, c -> c.key.account()));
      statement.executeUpdate();
    }
  }

  private java.sql.Array owners(Connection connection) throws SQLException {
    return SqlArrays.ids(
        connection, LedgerSql.column(changes, UUID[]::new, change -> change.key.owner()));
  }

  private java.sql.Array longs(
      Connection connection, java.util.function.Function<Change, Long> value) throws SQLException {
    return connection.createArrayOf("int8", LedgerSql.column(changes, Long[]::new, value));
  }
}
