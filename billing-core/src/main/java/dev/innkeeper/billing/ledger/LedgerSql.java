package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.db.SqlValues;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** The statements of posting. Plain JDBC: they are the engine's hottest. Thread-safe. */
final class LedgerSql {
  /**
   * Two statements in one round trip. The second one's snapshot begins when the locks are held, so
   * a repeat of a transfer that is under way elsewhere finds its outcome.
   */
  private static final String LOCK =
      "select a.owner, a.account, a.code, a.currency, a.lane, a.type, a.floor, a.balance, a.held,"
          + " a.seq, a.recorded_at from @.ledger_account a"
          + " join unnest(?::text::uuid[], ?::bigint[]) k(owner, account)"
          + " on a.owner = k.owner and a.account = k.account"
          + " order by a.owner, a.account for no key update of a;"
          + " select id, request_hash, reason, message, recorded_at from @.ledger_transfer"
          + " where id = any(?::text::uuid[])";

  private static final String READ_HOLDS =
      "select h.id, h.amount, h.remaining, h.expires_at from @.ledger_hold h"
          + " join unnest(?::text::uuid[], ?::text::uuid[]) k(owner, id)"
          + " on h.owner = k.owner and h.id = k.id";

  private static final String READ_REVERSED =
      "select reverses from @.ledger_transfer where reverses = any(?::text::uuid[])";

  private static final String OPEN =
      "insert into @.ledger_account (owner, account, code, currency, lane, type, floor, opened_at,"
          + " balance, held, seq, recorded_at)"
          + " select o, a, c, u, l, t, f, ?, b, h, s, ? from unnest(?::text::uuid[], ?::bigint[],"
          + " ?::text[], ?::text[], ?::smallint[], ?::text[], ?::bigint[], ?::bigint[],"
          + " ?::bigint[], ?::bigint[]) n(o, a, c, u, l, t, f, b, h, s)"
          + " order by o, a on conflict do nothing";

  private static final String WRITE_HOLDS =
      "insert into @.ledger_hold (owner, id, account, amount, remaining, expires_at)"
          + " select * from unnest(?::text::uuid[], ?::text::uuid[], ?::bigint[], ?::bigint[], ?::bigint[],"
          + " ?::timestamptz[]) on conflict (owner, id) do update"
          + " set remaining = excluded.remaining";

  private static final String WRITE =
      "with transfer as (insert into @.ledger_transfer (id, owner, kind, status, reason, message,"
          + " request_hash, linked, reverses, hold, hold_amount, account, effective_at,"
          + " recorded_at, metadata) select i, o, k, s, r, m, h, l, v, d, g, a, e, ?, n"
          + " from unnest(?::text::uuid[], ?::text::uuid[], ?::text[], ?::text[], ?::text[], ?::text[],"
          + " ?::bytea[], ?::text::uuid[], ?::text::uuid[], ?::text::uuid[], ?::bigint[], ?::bigint[],"
          + " ?::timestamptz[], ?::text[]) t(i, o, k, s, r, m, h, l, v, d, g, a, e, n)"
          + " on conflict do nothing returning 1),"
          + " entry as (insert into @.ledger_entry (owner, account, recorded_at, seq, transfer_id,"
          + " line, amount, balance_after) select o, a, ?, s, t, l, m, b"
          + " from unnest(?::text::uuid[], ?::bigint[], ?::bigint[], ?::text::uuid[], ?::smallint[],"
          + " ?::bigint[], ?::bigint[]) e(o, a, s, t, l, m, b) returning 1),"
          + " account as (update @.ledger_account a set balance = c.b, held = c.h, seq = c.s,"
          + " recorded_at = case when a.seq < c.s then ? else a.recorded_at end"
          + " from unnest(?::text::uuid[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])"
          + " c(o, a, b, h, s) where a.owner = c.o and a.account = c.a returning 1),"
          + " unsealed as (insert into @.ledger_unsealed (recorded_at, first_id, transfers,"
          + " ids) select ?, i[1], cardinality(i), i from (select ?::text::uuid[] as i) b on conflict do nothing)"
          + " select (select count(*) from transfer), (select count(*) from entry),"
          + " (select count(*) from account)";

  private final String lock;
  private final String open;
  private final String write;
  private final String readHolds;
  private final String readReversed;
  private final String writeHolds;

  LedgerSql(Database db) {
    this.lock = db.sql(LOCK);
    this.open = db.sql(OPEN);
    this.write = db.sql(WRITE);
    this.readHolds = db.sql(READ_HOLDS);
    this.readReversed = db.sql(READ_REVERSED);
    this.writeHolds = db.sql(WRITE_HOLDS);
  }

  /**
   * Locks the accounts that exist, in the order of their keys, and then reads which of the ids were
   * answered before, and how the holds and reversals stand.
   */
  Batch.Known lock(Connection connection, Poster.Wanted wanted) throws SQLException {
    Batch.Known known = Batch.Known.empty();
    try (PreparedStatement statement = connection.prepareStatement(lock)) {
      new Arguments(connection, statement)
          .ids(column(wanted.accounts.keySet(), UUID[]::new, AccountKey::owner))
          .array("int8", column(wanted.accounts.keySet(), Long[]::new, AccountKey::account))
          .ids(wanted.ids.toArray(UUID[]::new));
      statement.execute();
      try (ResultSet row = statement.getResultSet()) {
        while (row.next()) {
          AccountKey key = new AccountKey(row.getObject(1, UUID.class), row.getLong(2));
          AccountId id = wanted.accounts.get(key);
          if (id == null) {
            throw new IllegalStateException("the database gave an account nobody asked for");
          }
          known.accounts().put(id, state(row, key, id));
        }
      }
      statement.getMoreResults();
      try (ResultSet row = statement.getResultSet()) {
        while (row.next()) {
          known.answered().put(row.getObject(1, UUID.class), answered(row));
        }
      }
    }
    if (!wanted.holds.isEmpty()) {
      holds(connection, wanted, known);
    }
    if (!wanted.reversed.isEmpty()) {
      reversed(connection, wanted, known);
    }
    return known;
  }

  private void holds(Connection connection, Poster.Wanted wanted, Batch.Known known)
      throws SQLException {
    Map<UUID, AccountId> accounts = new HashMap<>();
    wanted.holds.forEach(hold -> accounts.put(hold.id(), hold.account()));
    try (PreparedStatement statement = connection.prepareStatement(readHolds)) {
      new Arguments(connection, statement)
          .ids(column(wanted.holds, UUID[]::new, hold -> hold.account().owner()))
          .ids(column(wanted.holds, UUID[]::new, Action.HoldKey::id));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          UUID id = row.getObject(1, UUID.class);
          AccountId account = accounts.get(id);
          AccountState state = account == null ? null : known.accounts().get(account);
          if (account != null && state != null) {
            Action.Reserve terms =
                new Action.Reserve(account, row.getLong(2), SqlValues.instant(row, 4));
            HoldState hold = new HoldState(id, state, terms, true);
            hold.remaining = row.getLong(3);
            known.holds().put(id, hold);
          }
        }
      }
    }
  }

  private void reversed(Connection connection, Poster.Wanted wanted, Batch.Known known)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(readReversed)) {
      new Arguments(connection, statement).ids(wanted.reversed.toArray(UUID[]::new));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          known.reversed().add(row.getObject(1, UUID.class));
        }
      }
    }
  }

  private static AccountState state(ResultSet row, AccountKey key, AccountId id)
      throws SQLException {
    requireName(id, row.getString(3), row.getString(4));
    AccountSpec spec =
        new AccountSpec(id, AccountType.valueOf(row.getString(6)), nullableLong(row, 7));
    AccountState state = AccountState.stored(key, spec, row.getInt(5), SqlValues.instant(row, 11));
    state.balance = row.getLong(8);
    state.held = row.getLong(9);
    state.seq = row.getLong(10);
    return state;
  }

  /** Two names may have the same hash, though nobody lived to see it. */
  static void requireName(AccountId id, String code, String currency) {
    if (!id.code().equals(code) || !id.currency().code().equals(currency)) {
      throw new IllegalStateException(
          id + " and " + code + " " + currency + " share a key; name one of them otherwise");
    }
  }

  private static Batch.Answered answered(ResultSet row) throws SQLException {
    String reason = row.getString(3);
    return new Batch.Answered(
        Hash.stored(row.getBytes(2)),
        reason == null ? null : RefusalReason.valueOf(reason),
        row.getString(4),
        SqlValues.instant(row, 5));
  }

  /** Writes what was decided, and makes sure that all of it was written. */
  void write(Connection connection, Batch batch) throws SQLException {
    OffsetDateTime at = batch.now().atOffset(ZoneOffset.UTC);
    List<AccountState> changed = batch.changedAccounts();
    open(connection, at, changed.stream().filter(state -> !state.stored).toList());
    List<HoldState> holds = batch.changedHolds();
    if (!holds.isEmpty()) {
      writeHolds(connection, holds);
    }
    List<AccountState> stored = changed.stream().filter(state -> state.stored).toList();
    List<Batch.Line> lines = batch.lines();
    try (PreparedStatement statement = connection.prepareStatement(write)) {
      Arguments in = new Arguments(connection, statement);
      transfers(in, at, batch.decided());
      lines(in.value(at), lines);
      in.value(at)
          .ids(column(stored, UUID[]::new, state -> state.key.owner()))
          .array("int8", column(stored, Long[]::new, state -> state.key.account()))
          .array("int8", column(stored, Long[]::new, state -> state.balance))
          .array("int8", column(stored, Long[]::new, state -> state.held))
          .array("int8", column(stored, Long[]::new, state -> state.seq))
          .value(at)
          .ids(column(batch.decided(), UUID[]::new, d -> d.request().id()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getLong(1) != batch.decided().size()) {
          throw overtaken("a transfer's id");
        }
        requireAll("entries", lines.size(), row.getLong(2));
        requireAll("accounts", stored.size(), row.getLong(3));
      }
    }
  }

  private static void lines(Arguments in, List<Batch.Line> lines) throws SQLException {
    in.ids(column(lines, UUID[]::new, line -> line.account().key.owner()))
        .array("int8", column(lines, Long[]::new, line -> line.account().key.account()))
        .array("int8", column(lines, Long[]::new, line -> line.after().seq()))
        .ids(column(lines, UUID[]::new, Batch.Line::transferId))
        .array("int2", column(lines, Short[]::new, line -> (short) line.number()))
        .array("int8", column(lines, Long[]::new, Batch.Line::amount))
        .array("int8", column(lines, Long[]::new, line -> line.after().balance()));
  }

  private static void requireAll(String what, long expected, long written) {
    if (written != expected) {
      throw new IllegalStateException(written + " of " + expected + " " + what + " were written");
    }
  }

  /** Another writer was faster; the whole transaction is to be run again. */
  static SQLException overtaken(String what) {
    return new SQLTransactionRollbackException(
        what + " was written at the same time by another transaction", "40001");
  }

  private static void transfers(Arguments in, OffsetDateTime at, List<Batch.Decided> decided)
      throws SQLException {
    in.value(at)
        .ids(column(decided, UUID[]::new, d -> d.request().id()))
        .ids(column(decided, UUID[]::new, d -> d.request().owner()))
        .array("text", column(decided, String[]::new, d -> d.request().head().kind()))
        .array("text", column(decided, String[]::new, LedgerSql::status))
        .array("text", column(decided, String[]::new, LedgerSql::reason))
        .array("text", column(decided, String[]::new, LedgerSql::message))
        .array("bytea", column(decided, byte[][]::new, d -> d.request().hash().toBytes()))
        .ids(column(decided, UUID[]::new, d -> d.request().linked()))
        .ids(column(decided, UUID[]::new, LedgerSql::reverses))
        .ids(column(decided, UUID[]::new, LedgerSql::hold))
        .array("int8", column(decided, Long[]::new, Batch.Decided::heldMinorUnits))
        .array("int8", column(decided, Long[]::new, Batch.Decided::heldAccount))
        .array("timestamptz", column(decided, OffsetDateTime[]::new, d -> effective(d, at)))
        .array(
            "text",
            column(decided, String[]::new, d -> Notes.write(d.request().head().metadata())));
  }

  private static String status(Batch.Decided decided) {
    if (decided.refusal() != null) {
      return "REFUSED";
    }
    Action action = decided.request().action();
    if (action instanceof Action.Reserve) {
      return "HELD";
    }
    return action instanceof Action.Release ? "RELEASED" : "POSTED";
  }

  private static @Nullable String reason(Batch.Decided decided) {
    Batch.Refusal refusal = decided.refusal();
    return refusal == null ? null : refusal.reason().name();
  }

  private static @Nullable String message(Batch.Decided decided) {
    Batch.Refusal refusal = decided.refusal();
    return refusal == null ? null : refusal.message();
  }

  private static @Nullable UUID reverses(Batch.Decided decided) {
    return decided.refusal() == null
            && decided.request().action() instanceof Action.Reversal reversal
        ? reversal.original()
        : null;
  }

  private static @Nullable UUID hold(Batch.Decided decided) {
    if (decided.request().action() instanceof Action.Reserve) {
      return decided.request().id();
    }
    Action.HoldKey hold = decided.request().hold();
    return hold == null ? null : hold.id();
  }

  private void writeHolds(Connection connection, List<HoldState> holds) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(writeHolds)) {
      new Arguments(connection, statement)
          .ids(column(holds, UUID[]::new, hold -> hold.account.key.owner()))
          .ids(column(holds, UUID[]::new, hold -> hold.id))
          .array("int8", column(holds, Long[]::new, hold -> hold.account.key.account()))
          .array("int8", column(holds, Long[]::new, hold -> hold.amount))
          .array("int8", column(holds, Long[]::new, hold -> hold.remaining))
          .array(
              "timestamptz",
              column(
                  holds, OffsetDateTime[]::new, hold -> hold.expiresAt.atOffset(ZoneOffset.UTC)));
      if (statement.executeUpdate() != holds.size()) {
        throw overtaken("a hold");
      }
    }
  }

  void open(Connection connection, OffsetDateTime at, List<AccountState> opened)
      throws SQLException {
    if (opened.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(open)) {
      new Arguments(connection, statement)
          .value(at)
          .value(at)
          .ids(column(opened, UUID[]::new, state -> state.key.owner()))
          .array("int8", column(opened, Long[]::new, state -> state.key.account()))
          .array("text", column(opened, String[]::new, state -> state.spec.id().code()))
          .array("text", column(opened, String[]::new, state -> state.spec.id().currency().code()))
          .array("int2", column(opened, Short[]::new, state -> (short) state.lane))
          .array("text", column(opened, String[]::new, state -> state.spec.type().name()))
          .array("int8", column(opened, Long[]::new, state -> state.spec.floorMinorUnits()))
          .array("int8", column(opened, Long[]::new, state -> state.balance))
          .array("int8", column(opened, Long[]::new, state -> state.held))
          .array("int8", column(opened, Long[]::new, state -> state.seq));
      if (statement.executeUpdate() != opened.size()) {
        throw overtaken("an account");
      }
    }
  }

  private static OffsetDateTime effective(Batch.Decided decided, OffsetDateTime recorded) {
    Instant effective = decided.request().head().effectiveAt();
    return effective == null ? recorded : effective.atOffset(ZoneOffset.UTC);
  }

  static @Nullable Long nullableLong(ResultSet row, int column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  static <T, V extends @Nullable Object> V[] column(
      Collection<T> rows, IntFunction<V[]> array, Function<T, V> value) {
    V[] column = array.apply(rows.size());
    int i = 0;
    for (T row : rows) {
      column[i++] = value.apply(row);
    }
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

    /** Goes on at a position, counted from 1. */
    Arguments from(int newPosition) {
      position = newPosition - 1;
      return this;
    }

    Arguments value(@Nullable Object value) throws SQLException {
      statement.setObject(++position, value);
      return this;
    }

    /** An array of ids, written as text at once: the driver would look at each for quotes. */
    Arguments ids(@Nullable UUID[] values) throws SQLException {
      if (isEmpty(values)) {
        return none();
      }
      StringBuilder text = new StringBuilder(2 + 37 * values.length).append('{');
      for (UUID value : values) {
        if (text.length() > 1) {
          text.append(',');
        }
        text.append(value == null ? "NULL" : value.toString());
      }
      statement.setString(++position, text.append('}').toString());
      return this;
    }

    /** An array of ids without nulls, in the server's own form. */
    Arguments uuids(UUID[] values) throws SQLException {
      statement.setArray(++position, SqlArrays.ids(connection, values));
      return this;
    }

    /** An array of a primitive type, which the driver sends as it is. */
    Arguments numbers(String type, Object values) throws SQLException {
      statement.setArray(
          ++position, connection.unwrap(PGConnection.class).createArrayOf(type, values));
      return this;
    }

    /** No array at all stands for one of nulls only: unnest fills up. */
    private Arguments none() throws SQLException {
      statement.setNull(++position, Types.VARCHAR);
      return this;
    }

    private static boolean isEmpty(@Nullable Object[] values) {
      for (Object value : values) {
        if (value != null) {
          return false;
        }
      }
      return true;
    }

    Arguments array(String type, @Nullable Object[] values) throws SQLException {
      if (isEmpty(values)) {
        statement.setNull(++position, Types.ARRAY, type + "[]");
        return this;
      }
      statement.setArray(++position, connection.createArrayOf(type, values));
      return this;
    }
  }
}
