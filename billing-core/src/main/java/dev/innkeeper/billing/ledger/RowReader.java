package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads what belongs to transfers as lines. Thread-safe. */
final class RowReader {
  private static final String ACCOUNT_LINE =
      "concat_ws(E'\\t', 'A', a.owner, a.account, a.code, a.currency, a.lane, a.type,"
          + " coalesce(a.floor::text, ''), a.opened_at at time zone 'UTC')";

  private static final String TRANSFERS =
      "select t.id, t.status, concat_ws(E'\\t', 'T', t.id, t.owner, t.kind, t.status,"
          + " coalesce(t.reason, ''), coalesce(t.message, ''), encode(t.request_hash, 'hex'),"
          + " coalesce(t.linked::text, ''), coalesce(t.reverses::text, ''),"
          + " coalesce(t.hold::text, ''), coalesce(t.hold_amount::text, ''),"
          + " coalesce(t.account::text, ''), t.effective_at at time zone 'UTC',"
          + " t.recorded_at at time zone 'UTC', coalesce(t.metadata, '')), t.recorded_at"
          + " from @.ledger_transfer t where t.id = any(?::text::uuid[])";

  private static final String ENTRIES =
      "select e.transfer_id, e.line, concat_ws(E'\\t', 'E', e.transfer_id, e.line, e.owner,"
          + " e.account, e.seq, e.amount, e.balance_after, e.recorded_at at time zone 'UTC'),"
          + " case when e.seq = 1 then (select "
          + ACCOUNT_LINE
          + " from @.ledger_account a where a.owner = e.owner and a.account = e.account) end"
          + " from @.ledger_entry e where e.transfer_id = any(?::text::uuid[])"
          + " order by e.transfer_id, e.line, e.owner, e.account, e.seq";

  private static final String OTHERS =
      "select t.id, 'H', concat_ws(E'\\t', 'H', h.owner, h.id, h.account, h.amount,"
          + " h.expires_at at time zone 'UTC') from @.ledger_transfer t"
          + " join @.ledger_hold h on h.owner = t.owner and h.id = t.id"
          + " where t.id = any(?::text::uuid[]) and t.status = 'HELD'"
          + " union all select t.id, 'A', "
          + ACCOUNT_LINE
          + " from @.ledger_transfer t"
          + " join @.ledger_account a on a.owner = t.owner and a.account = t.account"
          + " where t.id = any(?::text::uuid[]) order by 1, 2 desc";

  private final String transfers;
  private final String entries;
  private final String others;

  RowReader(Database db) {
    this.transfers = db.sql(TRANSFERS);
    this.entries = db.sql(ENTRIES);
    this.others = db.sql(OTHERS);
  }

  /**
   * The lines of the transfers that exist: of each the transfer's, then its hold's and the account
   * it is about, then its entries' in order, the first entry of an account followed by the
   * account's.
   */
  Map<UUID, List<RowLine>> read(Connection connection, UUID[] ids) throws SQLException {
    Map<UUID, List<RowLine>> lines = new HashMap<>();
    boolean simple = true;
    try (PreparedStatement statement = connection.prepareStatement(transfers)) {
      new LedgerSql.Arguments(connection, statement).ids(ids);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          List<RowLine> own = new ArrayList<>(4);
          own.add(new RowLine(RowLine.TRANSFER, 0, row.getString(3)));
          lines.put(row.getObject(1, UUID.class), own);
          String status = row.getString(2);
          simple &= status.equals("POSTED") || status.equals("REFUSED");
        }
      }
    }
    if (!simple) {
      readOthers(connection, ids, lines);
    }
    try (PreparedStatement statement = connection.prepareStatement(entries)) {
      new LedgerSql.Arguments(connection, statement).ids(ids);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          UUID id = row.getObject(1, UUID.class);
          int number = row.getInt(2);
          add(lines, id, new RowLine(RowLine.ENTRY, number, row.getString(3)));
          String account = row.getString(4);
          if (account != null) {
            add(lines, id, new RowLine(RowLine.ACCOUNT, number, account));
          }
        }
      }
    }
    return lines;
  }

  private void readOthers(Connection connection, UUID[] ids, Map<UUID, List<RowLine>> lines)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(others)) {
      new LedgerSql.Arguments(connection, statement).ids(ids).ids(ids);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          add(
              lines,
              row.getObject(1, UUID.class),
              new RowLine(row.getString(2).charAt(0), 0, row.getString(3)));
        }
      }
    }
  }

  /** Entries of a transfer that is gone are kept under its id all the same. */
  private static void add(Map<UUID, List<RowLine>> lines, UUID id, RowLine line) {
    lines.computeIfAbsent(id, i -> new ArrayList<>()).add(line);
  }
}
