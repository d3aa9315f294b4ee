package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.work.DueWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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
    List<UUID> ids = claim(handle);
    if (ids.isEmpty()) {
      return 0;
    }
    Last last =
        handle
            .createQuery("select number, hash from @.ledger_seal order by number desc limit 1")
            .map((row, context) -> new Last(row.getLong(1), Hash.stored(row.getBytes(2))))
            .findOne()
            .orElse(new Last(0, Seal.BEGINNING));
    Connection connection = handle.getConnection();
    UUID[] sorted = ids.stream().sorted().toArray(UUID[]::new);
    Map<UUID, List<RowLine>> lines = rows.read(connection, sorted);
    Seal seal = Seal.of(last.number() + 1, last.hash(), now, List.of(sorted), lines);
    insert(connection, seal, lines);
    return sorted.length;
  }

  /** Takes what waits out of the queue, but for what another node is about to seal. */
  private static List<UUID> claim(Handle handle) {
    List<UUID[]> batches =
        handle
            .createQuery(
                "select first_id, ids from @.ledger_unsealed order by first_id limit :limit"
                    + " for update skip locked")
            .bind("limit", BATCHES_A_SEAL)
            .map((row, context) -> (UUID[]) row.getArray("ids").getArray())
            .list();
    List<UUID> ids = new ArrayList<>();
    List<UUID> firsts = new ArrayList<>();
    for (UUID[] batch : batches) {
      if (!ids.isEmpty() && ids.size() + batch.length > TRANSFERS_A_SEAL) {
        break;
      }
      ids.addAll(List.of(batch));
      firsts.add(batch[0]);
    }
    if (!firsts.isEmpty()) {
      handle
          .createUpdate("delete from @.ledger_unsealed where first_id = any(:firsts)")
          .bindArray("firsts", UUID.class, firsts)
          .execute();
    }
    return ids;
  }

  private void insert(Connection connection, Seal seal, Map<UUID, List<RowLine>> lines)
      throws SQLException {
    long entries =
        lines.values().stream()
            .flatMap(List::stream)
            .filter(line -> line.tag() == RowLine.ENTRY)
            .count();
    String sql =
        db.sql(
            "insert into @.ledger_seal (number, previous_hash, hash, sealed_at, entries, ids,"
                + " checksums) values (?, ?, ?, ?, ?, ?::text::uuid[], ?) on conflict do nothing");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      new LedgerSql.Arguments(connection, statement)
          .value(seal.number())
          .value(seal.previous().toBytes())
          .value(seal.hash().toBytes())
          .value(seal.sealedAt().atOffset(ZoneOffset.UTC))
          .value(entries)
          .ids(seal.ids().toArray(UUID[]::new))
          .value(seal.checksums().toBytes());
      if (statement.executeUpdate() != 1) {
        // Another node has just extended the chain; this transaction is run again behind it.
        throw LedgerSql.overtaken("a seal");
      }
    }
  }

  /** Reads seals in order. */
  static List<Seal> read(Handle handle, long afterNumber, int limit) {
    return handle
        .createQuery(
            "select number, previous_hash, hash, sealed_at, ids, checksums from @.ledger_seal"
                + " where number > :after order by number limit :limit")
        .bind("after", afterNumber)
        .bind("limit", limit)
        .map((row, context) -> seal(row))
        .list();
  }

  private static Seal seal(ResultSet row) throws SQLException {
    return new Seal(
        row.getLong(1),
        Hash.stored(row.getBytes(2)),
        Hash.stored(row.getBytes(3)),
        LedgerSql.instant(row, 4),
        List.of((UUID[]) row.getArray(5).getArray()),
        new Seal.Checksums(row.getBytes(6)));
  }
}
