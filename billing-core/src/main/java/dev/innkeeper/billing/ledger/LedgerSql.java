package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements of posting. Plain JDBC: they are the engine's hottest. Thread-safe. */
final class LedgerSql {
  /**
   * Two statements in one round trip. The second one's snapshot begins when the locks are held, so
   * a repeat of a transfer that is under way elsewhere finds its outcome.
   */
  private static final String LOCK =
      "select a.owner, a.account, a.code, a.currency, a.lane, a.type, a.floor, a.balance, a.held,"
          + " a.seq, a.recorded_at from @.ledger_account a"
          + " join unnest(?::uuid[], ?::bigint[]) k(owner, account)"
          + " on a.owner = k.owner and a.account = k.account"
          + " order by a.owner, a.account for no key update of a;"
          + " select id, request_hash, reason, message, recorded_at from @.ledger_transfer"
          + " where id = any(?::uuid[])";

  private static final String OPEN =
      "insert into @.ledger_account (owner, account, code, currency, lane, type, floor, opened_at,"
          + " balance, seq, recorded_at)"
          + " select o, a, c, u, l, t, f, ?, b, s, ? from unnest(?::uuid[], ?::bigint[], ?::text[],"
          + " ?::text[], ?::smallint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[])"
          + " n(o, a, c, u, l, t, f, b, s) order by o, a on conflict do nothing";

  private static final String WRITE =
      "with transfer as (insert into @.ledger_transfer (id, owner, kind, status, reason, message,"
          + " request_hash, linked, effective_at, recorded_at, metadata)"
          + " select i, o, k, s, r, m, h, l, e, ?, n"
          + " from unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[],"
          + " ?::bytea[], ?::uuid[], ?::timestamptz[], ?::text[]) t(i, o, k, s, r, m, h, l, e, n)"
          + " on conflict do nothing returning 1),"
          + " entry as (insert into @.ledger_entry (owner, account, recorded_at, seq, transfer_id,"
          + " line, amount, balance_after) select o, a, ?, s, t, l, m, b"
          + " from unnest(?::uuid[], ?::bigint[], ?::bigint[], ?::uuid[], ?::smallint[],"
          + " ?::bigint[], ?::bigint[]) e(o, a, s, t, l, m, b) returning 1),"
          + " account as (update @.ledger_account a set balance = c.b, seq = c.s, recorded_at = ?"
          + " from unnest(?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[]) c(o, a, b, s)"
          + " where a.owner = c.o and a.account = c.a returning 1)"
          + " select (select count(*) from transfer), (select count(*) from entry),"
          + " (select count(*) from account)";

  private final String lock;
  private final String open;
  private final String write;

  LedgerSql(Database db) {
    this.lock = db.sql(LOCK);
    this.open = db.sql(OPEN);
    this.write = db.sql(WRITE);
  }

  /**
   * Locks the accounts that exist, in the order of their keys, and then reads which of the ids were
   * answered before.
   */
  Map<AccountKey, AccountState> lock(
      Connection connection,
      Map<AccountKey, AccountId> wanted,
      List<UUID> ids,
      Map<UUID, Poster.Answered> answered)
      throws SQLException {
    UUID[] owners = new UUID[wanted.size()];
    Long[] accounts = new Long[wanted.size()];
    int i = 0;
    for (AccountKey key : wanted.keySet()) {
      owners[i] = key.owner();
      accounts[i++] = key.account();
    }
    Map<AccountKey, AccountState> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(lock)) {
      Arguments in = new Arguments(connection, statement);
      in.array("uuid", owners).array("int8", accounts).array("uuid", ids.toArray(UUID[]::new));
      statement.execute();
      try (ResultSet row = statement.getResultSet()) {
        while (row.next()) {
          AccountKey key = new AccountKey(row.getObject(1, UUID.class), row.getLong(2));
          AccountId id = wanted.get(key);
          if (id == null) {
            throw new IllegalStateException("the database gave an account nobody asked for");
          }
          found.put(key, state(row, key, id));
        }
      }
      statement.getMoreResults();
      try (ResultSet row = statement.getResultSet()) {
        while (row.next()) {
          answered.put(row.getObject(1, UUID.class), answered(row));
        }
      }
    }
    return found;
  }

  private static AccountState state(ResultSet row, AccountKey key, AccountId id)
      throws SQLException {
    if (!id.code().equals(row.getString(3)) || !id.currency().code().equals(row.getString(4))) {
      throw new IllegalStateException(
          id + " and " + row.getString(3) + " share a key; name one of them otherwise");
    }
    AccountSpec spec =
        new AccountSpec(id, AccountType.valueOf(row.getString(6)), nullableLong(row, 7));
    AccountState state = AccountState.stored(key, spec, row.getInt(5), instant(row, 11));
    state.balance = row.getLong(8);
    state.held = row.getLong(9);
    state.seq = row.getLong(10);
    return state;
  }

  private static Poster.Answered answered(ResultSet row) throws SQLException {
    String reason = row.getString(3);
    return new Poster.Answered(
        Hash.stored(row.getBytes(2)),
        reason == null ? null : RefusalReason.valueOf(reason),
        row.getString(4),
        instant(row, 5));
  }

  /** Writes what was decided, and makes sure that all of it was written. */
  void write(
      Connection connection,
      Instant now,
      List<Poster.Decided> decided,
      List<Poster.Line> lines,
      List<AccountState> changed)
      throws SQLException {
    OffsetDateTime at = now.atOffset(ZoneOffset.UTC);
    open(connection, at, changed.stream().filter(state -> !state.stored).toList());
    List<AccountState> stored = changed.stream().filter(state -> state.stored).toList();
    try (PreparedStatement statement = connection.prepareStatement(write)) {
      Arguments in = new Arguments(connection, statement);
      transfers(in, at, decided);
      in.value(at)
          .array("uuid", column(lines, UUID[]::new, line -> line.account().key.owner()))
          .array("int8", column(lines, Long[]::new, line -> line.account().key.account()))
          .array("int8", column(lines, Long[]::new, line -> line.after().seq()))
          .array("uuid", column(lines, UUID[]::new, Poster.Line::transferId))
          .array("int2", column(lines, Short[]::new, line -> (short) line.number()))
          .array("int8", column(lines, Long[]::new, Poster.Line::amount))
          .array("int8", column(lines, Long[]::new, line -> line.after().balance()))
          .value(at)
          .array("uuid", column(stored, UUID[]::new, state -> state.key.owner()))
          .array("int8", column(stored, Long[]::new, state -> state.key.account()))
          .array("int8", column(stored, Long[]::new, state -> state.balance))
          .array("int8", column(stored, Long[]::new, state -> state.seq));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getLong(1) != decided.size()) {
          throw Poster.overtaken("a transfer's id");
        }
        if (row.getLong(2) != lines.size() || row.getLong(3) != stored.size()) {
          throw new IllegalStateException(
              String.format(
                  Locale.ROOT,
                  "%d of %d entries and %d of %d accounts were written",
                  row.getLong(2),
                  lines.size(),
                  row.getLong(3),
                  stored.size()));
        }
      }
    }
  }

  private static void transfers(Arguments in, OffsetDateTime at, List<Poster.Decided> decided)
      throws SQLException {
    in.value(at)
        .array("uuid", column(decided, UUID[]::new, d -> d.request().id()))
        .array("uuid", column(decided, UUID[]::new, d -> d.request().owner()))
        .array("text", column(decided, String[]::new, d -> d.request().transfer().kind()))
        .array(
            "text", column(decided, String[]::new, d -> refused(d) == null ? "POSTED" : "REFUSED"))
        .array("text", column(decided, String[]::new, LedgerSql::reason))
        .array("text", column(decided, String[]::new, LedgerSql::message))
        .array("bytea", column(decided, byte[][]::new, d -> d.request().hash().toBytes()))
        .array("uuid", column(decided, UUID[]::new, d -> d.request().linked()))
        .array("timestamptz", column(decided, OffsetDateTime[]::new, d -> effective(d, at)))
        .array("text", column(decided, String[]::new, d -> Notes.write(d.request().transfer())));
  }

  private void open(Connection connection, OffsetDateTime at, List<AccountState> opened)
      throws SQLException {
    if (opened.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(open)) {
      new Arguments(connection, statement)
          .value(at)
          .value(at)
          .array("uuid", column(opened, UUID[]::new, state -> state.key.owner()))
          .array("int8", column(opened, Long[]::new, state -> state.key.account()))
          .array("text", column(opened, String[]::new, state -> state.spec.id().code()))
          .array("text", column(opened, String[]::new, state -> state.spec.id().currency().code()))
          .array("int2", column(opened, Short[]::new, state -> (short) state.lane))
          .array("text", column(opened, String[]::new, state -> state.spec.type().name()))
          .array("int8", column(opened, Long[]::new, state -> state.spec.floorMinorUnits()))
          .array("int8", column(opened, Long[]::new, state -> state.balance))
          .array("int8", column(opened, Long[]::new, state -> state.seq));
      if (statement.executeUpdate() != opened.size()) {
        throw Poster.overtaken("an account");
      }
    }
  }

  private static OffsetDateTime effective(Poster.Decided decided, OffsetDateTime recorded) {
    Instant effective = decided.request().transfer().effectiveAt();
    return effective == null ? recorded : effective.atOffset(ZoneOffset.UTC);
  }

  private static PostResult.@Nullable Refused refused(Poster.Decided decided) {
    return decided.result() instanceof PostResult.Refused refused ? refused : null;
  }

  private static @Nullable String reason(Poster.Decided decided) {
    PostResult.Refused refused = refused(decided);
    return refused == null ? null : refused.reason().name();
  }

  private static @Nullable String message(Poster.Decided decided) {
    PostResult.Refused refused = refused(decided);
    return refused == null ? null : refused.message();
  }

  static @Nullable Long nullableLong(ResultSet row, int column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static <T, V extends @Nullable Object> V[] column(
      List<T> rows,
      java.util.function.IntFunction<V[]> array,
      java.util.function.Function<T, V> value) {
    V[] column = array.apply(rows.size());
    Arrays.setAll(column, i -> value.apply(rows.get(i)));
    return column;
  }

  /** Sets a statement's arguments from left to right. */
  static final class Arguments {
    private final Connection connection;
    private final PreparedStatement statement;
    private int position;

    Arguments(Connection connection, PreparedStatement statement) {
      this.connection = connection;
      this.statement = statement;
    }

    Arguments value(@Nullable Object value) throws SQLException {
      statement.setObject(++position, value);
      return this;
    }

    Arguments array(String type, @Nullable Object[] values) throws SQLException {
      statement.setArray(++position, connection.createArrayOf(type, values));
      return this;
    }
  }
}
