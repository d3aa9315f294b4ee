package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.work.DueWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Seals what was booked since the last seal, off the hot path. Several nodes may try at once; one
 * of them extends the chain. Thread-safe.
 */
final class Sealer implements DueWork {
  private static final int TRANSFERS_A_SEAL = 10_000;
  private static final int BATCHES_A_SEAL = 2_000;

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
    Connection connection = handle.getConnection();
    RowReader.Span recorded =
        new RowReader.Span(
            batches.get(0).recordedAt(), batches.get(batches.size() - 1).recordedAt());
    List<UUID> ids = new ArrayList<>();
    String idsQuery = idsOf(batches, recorded);
    CopyRow.each(connection, db.sql(idsQuery), row -> ids.addAll(List.of(new CopyRow(row).ids(0))));
    Map<UUID, List<SealedRow>> found =
        rows.read(connection, new RowReader.Scope(idsQuery, recorded));
    Seal seal = Seal.of(new Seal.Place(last.number() + 1, last.hash(), now, recorded), ids, found);
    insert(connection, seal, idsQuery);
    handle
        .createUpdate(
            "delete from @.ledger_unsealed where recorded_at between :from and :to"
                + " and first_id = any(:firsts)")
        .bind("from", recorded.from().atOffset(ZoneOffset.UTC))
        .bind("to", recorded.to().atOffset(ZoneOffset.UTC))
        .bindArray("firsts", UUID.class, batches.stream().map(Waiting::firstId).toList())
        .execute();
    return ids.size();
  }

  /** A batch that awaits its seal. */
  private record Waiting(UUID firstId, Instant recordedAt, int transfers) {}

  /** Takes the oldest of what waits, but for what another node is about to seal. */
  private static List<Waiting> claim(Handle handle) {
    List<Waiting> waiting =
        handle
            .createQuery(
                "select first_id, recorded_at, cardinality(ids) from @.ledger_unsealed"
                    + " order by recorded_at, first_id limit :limit for update skip locked")
            .bind("limit", BATCHES_A_SEAL)
            .map(
                (row, context) ->
                    new Waiting(
                        row.getObject(1, UUID.class), LedgerSql.instant(row, 2), row.getInt(3)))
            .list();
    int transfers = 0;
    List<Waiting> claimed = new ArrayList<>();
    for (Waiting batch : waiting) {
      transfers += batch.transfers();
      if (!claimed.isEmpty() && transfers > TRANSFERS_A_SEAL) {
        break;
      }
      claimed.add(batch);
    }
    return claimed;
  }

  /** A query that gives the ids of all batches as one sorted array. */
  private static String idsOf(List<Waiting> batches, RowReader.Span recorded) {
    StringBuilder firsts = new StringBuilder();
    for (Waiting batch : batches) {
      firsts.append(firsts.length() == 0 ? "" : ",").append(batch.firstId());
    }
    return "select array_agg(id order by id) from (select unnest(ids) as id"
        + " from @.ledger_unsealed where recorded_at between '"
        + recorded.from()
        + "' and '"
        + recorded.to()
        + "' and first_id = any('{"
        + firsts
        + "}'::uuid[])) u";
  }

  private void insert(Connection connection, Seal seal, String idsQuery) throws SQLException {
    String sql =
        db.sql(
            "insert into @.ledger_seal (number, previous_hash, hash, sealed_at, recorded_from,"
                + " recorded_to, entries, ids, checksums) values (?, ?, ?, ?, ?, ?, ?, ("
                + idsQuery
                + "), ?) on conflict do nothing");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      new LedgerSql.Arguments(connection, statement)
          .value(seal.number())
          .value(seal.previous().toBytes())
          .value(seal.hash().toBytes())
          .value(seal.sealedAt().atOffset(ZoneOffset.UTC))
          .value(seal.recorded().from().atOffset(ZoneOffset.UTC))
          .value(seal.recorded().to().atOffset(ZoneOffset.UTC))
          .value((long) seal.checksums().count(SealedRow.ENTRY))
          .value(seal.checksums().toBytes());
      if (statement.executeUpdate() != 1) {
        // Another node has just extended the chain; this transaction is run again behind it.
        throw LedgerSql.overtaken("a seal");
      }
    }
  }
}
