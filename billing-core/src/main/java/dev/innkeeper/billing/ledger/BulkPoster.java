package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.CopyRows;
import dev.innkeeper.billing.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Books many transfers whose ids were never used, in the caller's transaction: balances by one
 * statement, rows by COPY. It looks for no earlier answers; an id that has one breaks the
 * transaction. Thread-safe.
 */
final class BulkPoster {
  private static final String ACCOUNTS =
      "copy @.ledger_account (owner, account, code, currency, lane, type, floor, opened_at, balance,"
          + " held, seq, recorded_at) from stdin with (format binary)";
  private static final String TRANSFERS =
      "copy @.ledger_transfer (id, owner, kind, status, request_hash, effective_at, recorded_at,"
          + " metadata) from stdin with (format binary)";
  private static final String ENTRIES =
      "copy @.ledger_entry (owner, account, recorded_at, seq, transfer_id, line, amount,"
          + " balance_after) from stdin with (format binary)";
  private static final String UNSEALED =
      "insert into @.ledger_unsealed (recorded_at, first_id, transfers, ids) values (?, ?, ?, ?)";
  private static final int ACCOUNT_COLUMNS = 12;
  private static final int TRANSFER_COLUMNS = 8;
  private static final int ENTRY_COLUMNS = 8;
  private static final String UNIQUE_VIOLATION = "23505";

  private final Database db;
  private final Clock clock;
  private final AccountKeys keys;

  BulkPoster(Database db, Clock clock, AccountKeys keys) {
    this.db = db;
    this.clock = clock;
    this.keys = keys;
  }

  /**
   * Books them; when one is refused, the caller must roll back.
   *
   * @param noted the same transfers with their notes; asked for when all but they are written
   * @return an answer to every transfer, in order; empty when nothing was done and the careful way
   *     is to be taken
   */
  List<PostResult> post(
      Connection connection, List<Transfer> transfers, Supplier<List<Transfer>> noted) {
    List<List<Request>> groups =
        transfers.stream().map(transfer -> List.of(Request.unnoted(transfer))).toList();
    BalanceChanges changes = BalanceChanges.of(keys, groups);
    if (changes == null || changes.isEmpty()) {
      return List.of();
    }
    try {
      Batch.Known known = Batch.Known.empty();
      Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
      Instant latest = changes.apply(connection, db, now, known);
      if (latest.isAfter(now)) {
        changes.recordAt(connection, db, latest);
      }
      Batch batch = new Batch(known, latest);
      groups.forEach(batch::decide);
      if (batch.results().stream().allMatch(r -> r instanceof PostResult.Posted)) {
        open(connection, batch);
        entries(connection, batch);
        transfers(connection, noted.get(), batch.now());
      }
      return batch.results();
    } catch (SQLException e) {
      throw new IllegalStateException("can't post to the ledger: " + e.getMessage(), e);
    }
  }

  private void entries(Connection connection, Batch batch) {
    try (CopyRows entries = new CopyRows(connection, db.sql(ENTRIES), ENTRY_COLUMNS)) {
      for (Batch.Line line : batch.lines()) {
        entries
            .row()
            .id(line.account().key.owner())
            .int8(line.account().key.account())
            .instant(batch.now())
            .int8(line.after().seq())
            .id(line.transferId())
            .int2(line.number())
            .int8(line.amount())
            .int8(line.after().balance());
      }
      entries.finish();
    }
  }

  private void transfers(Connection connection, List<Transfer> noted, Instant now)
      throws SQLException {
    UUID[] ids = new UUID[noted.size()];
    try (CopyRows transfers = new CopyRows(connection, db.sql(TRANSFERS), TRANSFER_COLUMNS)) {
      for (int i = 0; i < ids.length; i++) {
        Request request = Request.of(noted.get(i));
        Instant effectiveAt = request.head().effectiveAt();
        ids[i] = request.id();
        transfers
            .row()
            .id(request.id())
            .id(request.owner())
            .text(request.head().kind())
            .text("POSTED")
            .bytea(request.hash().toBytes())
            .instant(effectiveAt == null ? now : effectiveAt)
            .instant(now)
            .text(Notes.write(request.head().metadata()));
      }
      transfers.finish();
    }
    try (PreparedStatement unsealed = connection.prepareStatement(db.sql(UNSEALED))) {
      new LedgerSql.Arguments(connection, unsealed)
          .value(now.atOffset(ZoneOffset.UTC))
          .value(ids[0])
          .value(ids.length)
          .uuids(ids);
      unsealed.executeUpdate();
    }
  }

  private void open(Connection connection, Batch batch) throws SQLException {
    try (CopyRows accounts = new CopyRows(connection, db.sql(ACCOUNTS), ACCOUNT_COLUMNS)) {
      for (AccountState state : batch.changedAccounts()) {
        if (!state.stored) {
          accounts
              .row()
              .id(state.key.owner())
              .int8(state.key.account())
              .text(state.spec.id().code())
              .text(state.spec.id().currency().code())
              .int2(state.lane)
              .text(state.spec.type().name())
              .int8(state.spec.floorMinorUnits())
              .instant(batch.now())
              .int8(state.balance)
              .int8(state.held)
              .int8(state.seq)
              .instant(batch.now());
        }
      }
      accounts.finish();
    } catch (IllegalStateException e) {
      if (UNIQUE_VIOLATION.equals(Database.sqlState(e))) {
        // Another writer opened the same account at the same time: the next try finds it.
        throw LedgerSql.overtaken("an account");
      }
      throw e;
    }
  }
}
