package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads what belongs to transfers. The ids don't travel: the server takes them from the seal, or
 * from what awaits one, and gives the rows in its own binary format. Thread-safe.
 */
final class RowReader {
  private static final int FIELDS_OF_TRANSFER_WITH_ACCOUNT = 11;
  private static final int FIELD_STATUS = 3;

  private final Database db;

  RowReader(Database db) {
    this.db = db;
  }

  /**
   * Which transfers to read.
   *
   * @param ids a query that gives an array of their ids
   * @param during when their entries were recorded; null to look for them in all months
   */
  record Scope(String ids, @Nullable Span during) {
    static Scope of(long seal, Span during) {
      return new Scope(idsOf(seal), during);
    }

    /** Finds entries that were moved to another month as well. */
    static Scope everywhere(long seal) {
      return new Scope(idsOf(seal), null);
    }

    private static String idsOf(long seal) {
      return "select ids from @.ledger_seal where number = " + seal;
    }
  }

  /** A time with both its ends. */
  record Span(Instant from, Instant to) {}

  private record Owned(UUID owner, long account) {}

  /** An account's row, and where it belongs. */
  private record Place(UUID transferId, int number) {}

  /** What was read, and what is to be read yet. */
  private static final class Found {
    final TransferRows rows;
    final Map<Owned, List<Place>> accounts = new HashMap<>();
    final List<UUID> held = new ArrayList<>();
    final List<UUID> holders = new ArrayList<>();

    Found(List<UUID> ids) {
      this.rows = new TransferRows(ids);
    }

    void wantAccount(UUID owner, long account, Place place) {
      accounts.computeIfAbsent(new Owned(owner, account), o -> new ArrayList<>(1)).add(place);
    }
  }

  /**
   * The rows of the transfers that exist: of each the transfer's, then its hold's and the account
   * it is about, then its entries' in order, the first entry of an account followed by the
   * account's.
   *
   * @param sorted the ids of the scope
   */
  TransferRows read(Connection connection, Scope scope, List<UUID> sorted) throws SQLException {
    Found found = new Found(sorted);
    alone(connection);
    String ids = "any ((" + db.sqlOnce(scope.ids()) + ")::uuid[])";
    CopyRow.each(
        connection,
        db.sql("select " + SealedRow.TRANSFER_COLUMNS + " from @.ledger_transfer t where t.id = ")
            + ids,
        row -> transfer(found, row));
    Span during = scope.during();
    CopyRow.each(
        connection,
        db.sql("select " + SealedRow.ENTRY_COLUMNS + " from @.ledger_entry e where")
            + (during == null
                ? ""
                : " e.recorded_at >= '"
                    + during.from()
                    + "' and e.recorded_at <= '"
                    + during.to()
                    + "' and")
            + " e.transfer_id = "
            + ids,
        row -> entry(found, row));
    holds(connection, found);
    accounts(connection, found);
    found.rows.sort();
    return found.rows;
  }

  /** Several read at once already; helpers of each would only hand rows about. */
  private static void alone(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set local max_parallel_workers_per_gather = 0");
    }
  }

  private static void transfer(Found found, byte[] bytes) {
    CopyRow row = new CopyRow(bytes);
    UUID id = row.id(0);
    found.rows.add(id, new SealedRow(SealedRow.TRANSFER, SealedRow.OF_TRANSFER, bytes));
    if (!row.isNull(FIELDS_OF_TRANSFER_WITH_ACCOUNT)) {
      UUID owner = row.id(1);
      found.wantAccount(
          owner, row.number(FIELDS_OF_TRANSFER_WITH_ACCOUNT), new Place(id, SealedRow.OF_TRANSFER));
      if (row.text(FIELD_STATUS).equals("HELD")) {
        found.held.add(id);
        found.holders.add(owner);
      }
    }
  }

  private static void entry(Found found, byte[] bytes) {
    // The fields have fixed widths: this is the hottest loop of an audit.
    ByteBuffer row = ByteBuffer.wrap(bytes);
    UUID id = new UUID(row.getLong(6), row.getLong(14));
    int number = row.getShort(26);
    found.rows.add(id, new SealedRow(SealedRow.ENTRY, number, bytes));
    if (row.getLong(64) == 1) {
      UUID owner = new UUID(row.getLong(32), row.getLong(40));
      found.wantAccount(owner, row.getLong(52), new Place(id, number));
    }
  }

  private void holds(Connection connection, Found found) throws SQLException {
    if (!found.held.isEmpty()) {
      CopyRow.each(
          connection,
          db.sql("select " + SealedRow.HOLD_COLUMNS + " from @.ledger_hold h join unnest(")
              + array(found.holders, "uuid")
              + ", "
              + array(found.held, "uuid")
              + ") k(owner, id) on h.owner = k.owner and h.id = k.id",
          row ->
              found.rows.add(
                  new CopyRow(row).id(0),
                  new SealedRow(SealedRow.HOLD, SealedRow.OF_TRANSFER, row)));
    }
  }

  private void accounts(Connection connection, Found found) throws SQLException {
    if (!found.accounts.isEmpty()) {
      List<Owned> keys = List.copyOf(found.accounts.keySet());
      CopyRow.each(
          connection,
          db.sql("select " + SealedRow.ACCOUNT_COLUMNS + " from @.ledger_account a join unnest(")
              + array(keys.stream().map(Owned::owner).toList(), "uuid")
              + ", "
              + array(keys.stream().map(Owned::account).toList(), "bigint")
              + ") k(owner, account) on a.owner = k.owner and a.account = k.account",
          bytes -> account(found, bytes));
    }
  }

  private static void account(Found found, byte[] bytes) {
    CopyRow row = new CopyRow(bytes);
    Owned key = new Owned(row.id(0), row.number(1));
    for (Place place : found.accounts.getOrDefault(key, List.of())) {
      found.rows.add(place.transferId(), new SealedRow(SealedRow.ACCOUNT, place.number(), bytes));
    }
  }

  /** Only ids and numbers go in here. */
  private static String array(List<?> values, String type) {
    StringBuilder text = new StringBuilder("'{");
    for (Object value : values) {
      text.append(text.length() > 2 ? "," : "").append(value);
    }
    return text.append("}'::").append(type).append("[]").toString();
  }
}
