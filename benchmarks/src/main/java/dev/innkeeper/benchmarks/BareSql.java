package dev.innkeeper.benchmarks;

import dev.innkeeper.billing.db.SqlArrays;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/**
 * The rows that the ledger writes, written by hand with nothing looked at: no locks, no floors, no
 * idempotency, no hash. It is what any ledger on these tables must at least cost.
 */
final class BareSql {
  private static final String BATCH =
      "with transfer as (insert into billing.ledger_transfer (id, owner, kind, status,"
          + " request_hash, effective_at, recorded_at)"
          + " select i, o, 'move', 'POSTED', h, ?, ?"
          + " from unnest(?::uuid[], ?::uuid[], ?::bytea[]) t(i, o, h)),"
          + " entry as (insert into billing.ledger_entry (owner, account, recorded_at, seq,"
          + " transfer_id, line, amount, balance_after) select o, a, ?, s, t, l, m, b"
          + " from unnest(?::uuid[], ?::bigint[], ?::bigint[], ?::uuid[], ?::smallint[],"
          + " ?::bigint[], ?::bigint[]) e(o, a, s, t, l, m, b)),"
          + " unsealed as (insert into billing.ledger_unsealed (recorded_at, first_id,"
          + " transfers, ids) select ?, i[1], cardinality(i), i from (select ?::uuid[] as i) b)"
          + " update billing.ledger_account a set balance = a.balance + c.b, seq = c.s,"
          + " recorded_at = ? from unnest(?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[])"
          + " c(o, a, b, s) where a.owner = c.o and a.account = c.a";

  private static final String ONE_ROW =
      "insert into billing.ledger_transfer (id, owner, kind, status, request_hash, effective_at,"
          + " recorded_at) values (?, ?, 'move', 'POSTED', ?, ?, ?)";

  private static final String ONE_ENTRY =
      "insert into billing.ledger_entry (owner, account, recorded_at, seq, transfer_id, line,"
          + " amount, balance_after) values (?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String ONE_BALANCE =
      "update billing.ledger_account set balance = balance + ?, seq = ?, recorded_at = ?"
          + " where owner = ? and account = ?";

  private final DataSource dataSource;

  BareSql(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** The accounts that one client moves money between; no two clients share one. */
  record Wallets(List<UUID> owners, long account) {}

  /** Books moves between random wallets; false balances would be booked as happily. */
  int batch(Connection connection, Wallets wallets, long round, int transfers) throws SQLException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
    UUID[] ids = new UUID[transfers];
    UUID[] first = new UUID[transfers];
    byte[][] hashes = new byte[transfers][32];
    UUID[] owners = new UUID[2 * transfers];
    Long[] accounts = new Long[2 * transfers];
    Long[] seqs = new Long[2 * transfers];
    UUID[] entryIds = new UUID[2 * transfers];
    Short[] lines = new Short[2 * transfers];
    Long[] amounts = new Long[2 * transfers];
    for (int i = 0; i < transfers; i++) {
      ids[i] = LedgerBench.newId();
      random.nextBytes(hashes[i]);
      for (int side = 0; side < 2; side++) {
        int line = 2 * i + side;
        owners[line] = wallets.owners().get(random.nextInt(wallets.owners().size()));
        accounts[line] = wallets.account();
        // Unique within the account, which is all the tables ask for.
        seqs[line] = round * 2_000 + line + 1;
        entryIds[line] = ids[i];
        lines[line] = (short) side;
        amounts[line] = side == 0 ? 1L : -1L;
      }
      first[i] = owners[2 * i];
    }
    UUID[] changed =
        Arrays.stream(owners)
            .distinct()
            .sorted(Comparator.comparing(UUID::toString))
            .toArray(UUID[]::new);
    Long[] changedAccounts = new Long[changed.length];
    Long[] changes = new Long[changed.length];
    Arrays.fill(changedAccounts, wallets.account());
    Arrays.fill(changes, 0L);
    Long[] changedSeqs = new Long[changed.length];
    Arrays.fill(changedSeqs, round + 1);
    connection.setAutoCommit(false);
    try (PreparedStatement statement = connection.prepareStatement(BATCH)) {
      Object[] values = {
        now,
        now,
        ids,
        first,
        hashes,
        now,
        owners,
        accounts,
        seqs,
        entryIds,
        lines,
        amounts,
        amounts,
        now,
        ids,
        now,
        changed,
        changedAccounts,
        changes,
        changedSeqs
      };
      bind(connection, statement, values);
      statement.executeUpdate();
    }
    connection.commit();
    return transfers;
  }

  private static void bind(Connection connection, PreparedStatement statement, Object[] values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      if (value instanceof UUID[] uuids) {
        statement.setArray(i + 1, SqlArrays.ids(connection, uuids));
      } else if (value instanceof Long[] longs) {
        statement.setArray(i + 1, connection.createArrayOf("int8", longs));
      } else if (value instanceof Short[] shorts) {
        statement.setArray(i + 1, connection.createArrayOf("int2", shorts));
      } else if (value instanceof byte[][] bytes) {
        statement.setArray(i + 1, connection.createArrayOf("bytea", bytes));
      } else {
        statement.setObject(i + 1, value);
      }
    }
  }

  /** One prepared insert of one row, committed by itself. */
  static int oneRow(Connection connection, UUID owner) throws SQLException {
    byte[] hash = new byte[32];
    ThreadLocalRandom.current().nextBytes(hash);
    OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
    connection.setAutoCommit(true);
    try (PreparedStatement statement = connection.prepareStatement(ONE_ROW)) {
      statement.setObject(1, LedgerBench.newId());
      statement.setObject(2, owner);
      statement.setBytes(3, hash);
      statement.setObject(4, now);
      statement.setObject(5, now);
      return statement.executeUpdate();
    }
  }

  /** A transfer's five rows by prepared statements of one row each, in one transaction. */
  static int fiveRows(Connection connection, Wallets wallets, long round) throws SQLException {
    byte[] hash = new byte[32];
    ThreadLocalRandom random = ThreadLocalRandom.current();
    random.nextBytes(hash);
    OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
    UUID id = LedgerBench.newId();
    List<UUID> owners = new ArrayList<>();
    for (int side = 0; side < 2; side++) {
      owners.add(wallets.owners().get(random.nextInt(wallets.owners().size())));
    }
    // In one order for all clients, or they would wait for one another for ever.
    owners.sort(Comparator.comparing(UUID::toString));
    connection.setAutoCommit(false);
    try (PreparedStatement transfer = connection.prepareStatement(ONE_ROW);
        PreparedStatement entry = connection.prepareStatement(ONE_ENTRY);
        PreparedStatement balance = connection.prepareStatement(ONE_BALANCE)) {
      set(transfer, id, owners.get(0), hash, now, now);
      for (int line = 0; line < 2; line++) {
        UUID owner = owners.get(line);
        long seq = round * 2 + line;
        set(balance, 0L, seq, now, owner, wallets.account());
        long amount = 1L - 2L * line;
        set(entry, owner, wallets.account(), now, seq, id, (short) line, amount, amount);
      }
    }
    connection.commit();
    return 1;
  }

  private static void set(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.executeUpdate();
  }

  Connection connect() throws SQLException {
    return dataSource.getConnection();
  }
}
