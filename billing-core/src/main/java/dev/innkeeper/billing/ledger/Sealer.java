package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.work.DueWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;

/**
 * Seals what was booked since the last seal, off the hot path. Several nodes may try at once; one
 * of them extends the chain. Thread-safe.
 */
final class Sealer implements DueWork {
  private static final int TRANSFERS_A_SEAL = 10_000;
  private static final int SEALS_AT_ONCE = 3;
  private static final int BATCHES_MAX = 3_000;

  private final Database db;
  private final RowReader rows;

  Sealer(Database db, RowReader rows) {
    this.db = db;
    this.rows = rows;
  }

  @Override
  public String name() {
    return "ledger-seals";
  }

  @Override
  public int runBatch(Instant now) {
    return db.tx(
        handle -> {
          try {
            return seal(handle, now.truncatedTo(ChronoUnit.MICROS));
          } catch (SQLException e) {
            throw new IllegalStateException("can't seal the ledger: " + e.getMessage(), e);
          }
        });
  }

  private record Last(long number, Hash hash) {}

  /** A seal whose rows are being hashed. */
  private record Pending(
      long number, RowReader.Span recorded, CompletableFuture<Seal.Content> content) {}

  private int seal(Handle handle, Instant now) throws SQLException {
    List<Waiting> batches = claim(handle);
    if (batches.isEmpty()) {
      return 0;
    }
    Last last =
        handle
            .createQuery("select number, hash from @.ledger_seal order by number desc limit 1")
            .map((row, context) -> new Last(row.getLong(1), Hash.stored(row.getBytes(2))))
            .findOne()
            .orElse(new Last(0, Seal.BEGINNING));
    List<Pending> pending = new ArrayList<>();
    for (List<Waiting> group : grouped(batches)) {
      pending.add(read(handle.getConnection(), last.number() + 1 + pending.size(), group, now));
    }
    int transfers = 0;
    Hash previous = last.hash();
    for (Pending each : pending) {
      Seal seal =
          each.content().join().at(new Seal.Place(each.number(), previous, now, each.recorded()));
      write(handle, seal);
      previous = seal.hash();
      transfers += seal.ids().size();
    }
    forget(handle, batches);
    return transfers;
  }

  /** A batch that awaits its seal. */
  private record Waiting(UUID firstId, Instant recordedAt, int transfers) {}

  /** Takes the oldest of what waits, but for what another node is about to seal. */
  private static List<Waiting> claim(Handle handle) {
    return handle
        .createQuery(
            "select u.first_id, u.recorded_at, u.transfers from @.ledger_unsealed u"
                + " join (select recorded_at, first_id, sum(transfers)"
                + " over (order by recorded_at, first_id) - transfers as before"
                + " from (select recorded_at, first_id, transfers from @.ledger_unsealed"
                + " order by recorded_at, first_id limit :batches) w) o"
                + " on o.recorded_at = u.recorded_at and o.first_id = u.first_id"
                + " where o.before < :transfers order by u.recorded_at, u.first_id"
                + " for update of u skip locked")
        .bind("batches", BATCHES_MAX)
        .bind("transfers", SEALS_AT_ONCE * TRANSFERS_A_SEAL)
        .map(
            (row, context) ->
                new Waiting(row.getObject(1, UUID.class), LedgerSql.instant(row, 2), row.getInt(3)))
        .list();
  }

  /** The batches of each seal. */
  private static List<List<Waiting>> grouped(List<Waiting> batches) {
    List<List<Waiting>> groups = new ArrayList<>();
    int transfers = Integer.MAX_VALUE;
    for (Waiting batch : batches) {
      if (transfers > TRANSFERS_A_SEAL - batch.transfers()) {
        groups.add(new ArrayList<>());
        transfers = 0;
      }
      groups.get(groups.size() - 1).add(batch);
      transfers += batch.transfers();
    }
    return groups;
  }

  private static RowReader.Span span(List<Waiting> batches) {
    return new RowReader.Span(
        batches.get(0).recordedAt(), batches.get(batches.size() - 1).recordedAt());
  }

  /**
   * Reads what a seal is about. The seal gets its row, without the hash yet, so that the server has
   * the ids where it reads them from. The rows are hashed while the next seal's are read.
   */
  private Pending read(Connection connection, long number, List<Waiting> batches, Instant now)
      throws SQLException {
    RowReader.Span recorded = span(batches);
    String sql =
        db.sql(
            "insert into @.ledger_seal (number, previous_hash, hash, sealed_at, recorded_from,"
                + " recorded_to, entries, ids, checksums) select ?, '', '', ?, ?, ?, 0,"
                + " array_agg(id order by id), '' from (select unnest(ids) as id"
                + " from @.ledger_unsealed where recorded_at between ? and ?"
                + " and first_id = any(?::text::uuid[])) u on conflict do nothing");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      OffsetDateTime from = recorded.from().atOffset(ZoneOffset.UTC);
      OffsetDateTime to = recorded.to().atOffset(ZoneOffset.UTC);
      new LedgerSql.Arguments(connection, statement)
          .value(number)
          .value(now.atOffset(ZoneOffset.UTC))
          .value(from)
          .value(to)
          .value(from)
          .value(to)
          .ids(LedgerSql.column(batches, UUID[]::new, Waiting::firstId));
      if (statement.executeUpdate() != 1) {
        // Another node has just extended the chain; this transaction is run again behind it.
        throw LedgerSql.overtaken("a seal");
      }
    }
    RowReader.Scope scope = RowReader.Scope.of(number, recorded);
    List<UUID> ids = new ArrayList<>(TRANSFERS_A_SEAL);
    CopyRow.each(
        connection, db.sql(scope.ids()), row -> ids.addAll(List.of(new CopyRow(row).ids(0))));
    Map<UUID, List<SealedRow>> found = rows.read(connection, scope);
    return new Pending(
        number, recorded, CompletableFuture.supplyAsync(() -> Seal.content(ids, found)));
  }

  private static void write(Handle handle, Seal seal) {
    handle
        .createUpdate(
            "update @.ledger_seal set previous_hash = :previous, hash = :hash, entries = :entries,"
                + " checksums = :checksums where number = :number")
        .bind("previous", seal.previous().toBytes())
        .bind("hash", seal.hash().toBytes())
        .bind("entries", (long) seal.checksums().count(SealedRow.ENTRY))
        .bind("checksums", seal.checksums().toBytes())
        .bind("number", seal.number())
        .execute();
  }

  private static void forget(Handle handle, List<Waiting> batches) {
    RowReader.Span recorded = span(batches);
    handle
        .createUpdate(
            "delete from @.ledger_unsealed where recorded_at between :from and :to"
                + " and first_id = any(:firsts)")
        .bind("from", recorded.from().atOffset(ZoneOffset.UTC))
        .bind("to", recorded.to().atOffset(ZoneOffset.UTC))
        .bindArray("firsts", UUID.class, batches.stream().map(Waiting::firstId).toList())
        .execute();
  }
}
