package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads balances and histories. Thread-safe. */
final class AccountReader {
  static final int PAGE_MAX = 500;

  private final Database db;
  private final AccountKeys keys;

  AccountReader(Database db, AccountKeys keys) {
    this.db = db;
    this.keys = keys;
  }

  private interface Query<T> {
    T run(Connection connection) throws SQLException;
  }

  private <T> T read(Query<T> query) {
    return db.tx(
        handle -> {
          try {
            return query.run(handle.getConnection());
          } catch (SQLException e) {
            throw new IllegalStateException("can't read the ledger: " + e.getMessage(), e);
          }
        });
  }

  /** What is on the accounts, and what of it is held. */
  record Standing(Amount balance, Amount held) {}

  Standing standing(AccountId id) {
    Amount zero = Amount.zero(id.currency());
    return standings(List.of(id)).getOrDefault(id, new Standing(zero, zero));
  }

  Map<AccountId, Standing> standings(Collection<AccountId> ids) {
    Map<AccountKey, AccountId> wanted = new LinkedHashMap<>();
    Map<AccountId, Standing> standings = new LinkedHashMap<>();
    for (AccountId id : ids) {
      Amount zero = Amount.zero(id.currency());
      standings.put(id, new Standing(zero, zero));
      keys.all(id).forEach(key -> wanted.put(key, id));
    }
    return read(
        connection -> {
          String sql =
              db.sql(
                  "select a.owner, a.account, a.type, a.balance, a.held from @.ledger_account a"
                      + " join unnest(?::text::uuid[], ?::bigint[]) k(owner, account)"
                      + " on a.owner = k.owner and a.account = k.account");
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            keys(new LedgerSql.Arguments(connection, statement), wanted.keySet());
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                AccountKey key = new AccountKey(row.getObject(1, UUID.class), row.getLong(2));
                AccountId id = wanted.get(key);
                if (id != null) {
                  AccountType type = AccountType.valueOf(row.getString(3));
                  Amount balance = Amount.ofMinor(type.natural(row.getLong(4)), id.currency());
                  Amount held = Amount.ofMinor(row.getLong(5), id.currency());
                  standings.merge(
                      id,
                      new Standing(balance, held),
                      (a, b) ->
                          new Standing(a.balance().plus(b.balance()), a.held().plus(b.held())));
                }
              }
            }
          }
          return standings;
        });
  }

  private static LedgerSql.Arguments keys(LedgerSql.Arguments in, Collection<AccountKey> wanted)
      throws SQLException {
    return in.ids(wanted.stream().map(AccountKey::owner).toArray(UUID[]::new))
        .array("int8", wanted.stream().map(AccountKey::account).toArray(Long[]::new));
  }

  Amount balanceAt(AccountId id, Instant instant) {
    return read(
        connection -> natural(connection, id, sumUpTo(connection, id, Place.after(instant))));
  }

  /** Debits minus credits of every entry before the place. */
  private long sumUpTo(Connection connection, AccountId id, Place place) throws SQLException {
    String sql =
        db.sql(
            "select coalesce(sum(e.balance_after), 0)"
                + " from unnest(?::text::uuid[], ?::bigint[]) k(owner, account) cross join lateral ("
                + " select balance_after from @.ledger_entry e"
                + " where e.owner = k.owner and e.account = k.account"
                + " and (e.recorded_at, e.account, e.seq) < (?, ?, ?)"
                + " order by e.recorded_at desc, e.seq desc limit 1) e");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      LedgerSql.Arguments in = new LedgerSql.Arguments(connection, statement);
      place.bind(keys(in, keys.all(id)));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBigDecimal(1).longValueExact();
      }
    }
  }

  /** A balance of an account that does not exist is zero, which has no side. */
  private Amount natural(Connection connection, AccountId id, long debitsMinusCredits)
      throws SQLException {
    if (debitsMinusCredits == 0) {
      return Amount.zero(id.currency());
    }
    return Amount.ofMinor(type(connection, id).natural(debitsMinusCredits), id.currency());
  }

  private AccountType type(Connection connection, AccountId id) throws SQLException {
    AccountSpec spec = Chart.find(id);
    if (spec != null) {
      return spec.type();
    }
    AccountKey key = keys.of(id, 0);
    String sql = db.sql("select type from @.ledger_account where owner = ? and account = ?");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      new LedgerSql.Arguments(connection, statement).value(key.owner()).value(key.account());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? AccountType.valueOf(row.getString(1)) : AccountType.ASSET;
      }
    }
  }

  /** A place in an account's history; entries are ordered by it. */
  private record Place(Instant recordedAt, long account, long seq) {
    static Place after(Instant instant) {
      return new Place(instant, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    static final Place END = after(Instant.parse("9999-12-31T00:00:00Z"));

    static Place parse(@Nullable String cursor) {
      if (cursor == null) {
        return END;
      }
      String[] parts = cursor.split("_", -1);
      try {
        if (parts.length == 3) {
          Instant at = Instant.EPOCH.plus(Long.parseLong(parts[0]), ChronoUnit.MICROS);
          return new Place(at, Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        }
      } catch (NumberFormatException e) {
        throw new InvalidInput("cursor", "is not one that a history page gave");
      }
      throw new InvalidInput("cursor", "is not one that a history page gave");
    }

    String cursor() {
      return Request.micros(recordedAt) + "_" + account + "_" + seq;
    }

    void bind(LedgerSql.Arguments in) throws SQLException {
      in.value(recordedAt.atOffset(ZoneOffset.UTC)).value(account).value(seq);
    }
  }

  HistoryPage history(AccountId id, @Nullable String cursor, int limit) {
    if (limit < 1) {
      throw new InvalidInput("limit", "must be 1 to " + PAGE_MAX);
    }
    Place end = Place.parse(cursor);
    int count = Math.min(limit, PAGE_MAX);
    return read(connection -> page(connection, id, end, count));
  }

  private HistoryPage page(Connection connection, AccountId id, Place end, int count)
      throws SQLException {
    AccountType type = type(connection, id);
    // Lanes know only their own balance; the account's is counted down from the page's top.
    long balance = sumUpTo(connection, id, end);
    String sql =
        db.sql(
            "select e.recorded_at, e.account, e.seq, e.amount, t.id, t.kind, t.effective_at,"
                + " t.metadata from ("
                + " select e.* from unnest(?::text::uuid[], ?::bigint[]) k(owner, account)"
                + " cross join lateral (select * from @.ledger_entry e"
                + " where e.owner = k.owner and e.account = k.account"
                + " and (e.recorded_at, e.account, e.seq) < (?, ?, ?)"
                + " order by e.recorded_at desc, e.seq desc limit ?) e"
                + " order by e.recorded_at desc, e.account desc, e.seq desc limit ?) e"
                + " join @.ledger_transfer t on t.id = e.transfer_id"
                + " order by e.recorded_at desc, e.account desc, e.seq desc");
    List<LedgerEntry> entries = new ArrayList<>();
    Place last = end;
    boolean more = false;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      LedgerSql.Arguments in = new LedgerSql.Arguments(connection, statement);
      end.bind(keys(in, keys.all(id)));
      in.value(count + 1).value(count + 1);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (entries.size() == count) {
            more = true;
            break;
          }
          last = new Place(SqlValues.instant(row, 1), row.getLong(2), row.getLong(3));
          entries.add(entry(row, id.currency(), type, balance));
          balance = Math.subtractExact(balance, row.getLong(4));
        }
      }
    }
    return new HistoryPage(List.copyOf(entries), more ? last.cursor() : null);
  }

  private static LedgerEntry entry(
      ResultSet row, Currency currency, AccountType type, long balanceAfter) throws SQLException {
    return new LedgerEntry(
        row.getObject(5, UUID.class),
        row.getString(6),
        Amount.ofMinor(type.natural(row.getLong(4)), currency),
        Amount.ofMinor(type.natural(balanceAfter), currency),
        SqlValues.instant(row, 1),
        SqlValues.instant(row, 7),
        Notes.read(row.getString(8)));
  }

  TrialBalance trialBalance() {
    String sql =
        db.sql(
            "select currency, code, type, count(distinct owner), sum(balance)"
                + " from @.ledger_account group by currency, code, type"
                + " order by currency, code, type");
    return read(
        connection -> {
          List<TrialBalance.Row> rows = new ArrayList<>();
          try (PreparedStatement statement = connection.prepareStatement(sql);
              ResultSet row = statement.executeQuery()) {
            while (row.next()) {
              AccountType type = AccountType.valueOf(row.getString(3));
              long sum = row.getBigDecimal(5).longValueExact();
              rows.add(
                  new TrialBalance.Row(
                      row.getString(2),
                      type,
                      row.getLong(4),
                      Amount.ofMinor(type.natural(sum), Currency.of(row.getString(1)))));
            }
          }
          return new TrialBalance(List.copyOf(rows));
        });
  }

  Map<AccountId, Amount> balances(Collection<AccountId> ids) {
    Map<AccountId, Amount> balances = new HashMap<>();
    standings(ids).forEach((id, standing) -> balances.put(id, standing.balance()));
    return balances;
  }

  Map<AccountId, Amount> availables(Collection<AccountId> ids) {
    Map<AccountId, Amount> availables = new HashMap<>();
    standings(ids).forEach((id, s) -> availables.put(id, s.balance().minus(s.held())));
    return availables;
  }
}
