package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.db.SqlValues;
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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals what was booked since the last seal, off the hot path. What is to be sealed is read and
 * hashed over two connections while what was read before is put at the chain's end. Several nodes
 * may try at once: one of them extends the chain, the others look again. Thread-safe.
 */
final class Sealer implements DueWork {
  private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
  private static final int TRANSFERS_A_SEAL = 10_000;
  private static final int SEALS_AT_ONCE = 16;
  private static final int READERS = 2;
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
    Instant sealedAt = now.truncatedTo(ChronoUnit.MICROS);
    while (true) {
      List<Stretch> waiting = db.tx(Sealer::oldest);
      if (waiting.isEmpty()) {
        return 0;
      }
      ExecutorService readers = Executors.newFixedThreadPool(READERS);
      try {
        List<CompletableFuture<Optional<Read>>> reading =
            waiting.stream()
                .map(each -> CompletableFuture.supplyAsync(() -> read(each), readers))
                .toList();
        return db.tx(handle -> extend(handle, reading, sealedAt));
      } catch (Overtaken e) {
        // Each time somebody else has sealed, so that this ends when nothing waits any more.
        LOG.debug("another node sealed what was read to be sealed");
      } finally {
        readers.shutdownNow();
      }
    }
  }

  /** Somebody else has extended the chain meanwhile. */
  private static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Overtaken() {
      super("the chain of seals was extended by another node");
    }
  }

  /** The key of a batch that awaits its seal. */
  private record Key(Instant recordedAt, UUID firstId) {
    String toSql() {
      return "('" + recordedAt + "'::timestamptz, '" + firstId + "'::uuid)";
    }
  }

  /** Batches that wait, from the first to the last. */
  private record Stretch(Key first, Key last) {
    String condition() {
      return "(recorded_at, first_id) >= "
          + first.toSql()
          + " and (recorded_at, first_id) <= "
          + last.toSql();
    }
  }

  /** What a seal will be about, hashed. */
  private record Read(List<Key> batches, Seal.Content content) {
    RowReader.Span recorded() {
      return span(batches);
    }
  }

  private static RowReader.Span span(List<Key> batches) {
    return new RowReader.Span(
        batches.get(0).recordedAt(), batches.get(batches.size() - 1).recordedAt());
  }

  private record Batch(Key key, int transfers) {}

  /** The oldest that waits, a stretch for each seal. */
  private static List<Stretch> oldest(Handle handle) {
    List<Batch> batches =
        handle
            .createQuery(
                "select recorded_at, first_id, transfers from (select recorded_at, first_id,"
                    + " transfers, sum(transfers) over (order by recorded_at, first_id)"
                    + " - transfers as before from (select recorded_at, first_id, transfers"
                    + " from @.ledger_unsealed order by recorded_at, first_id limit :batches) w) o"
                    + " where before < :transfers order by recorded_at, first_id")
            .bind("batches", BATCHES_MAX)
            .bind("transfers", SEALS_AT_ONCE * TRANSFERS_A_SEAL)
            .map((row, context) -> new Batch(key(row), row.getInt(3)))
            .list();
    List<Stretch> stretches = new ArrayList<>();
    int begin = 0;
    int transfers = 0;
    for (int i = 0; i < batches.size(); i++) {
      if (i > begin && transfers + batches.get(i).transfers() > TRANSFERS_A_SEAL) {
        stretches.add(new Stretch(batches.get(begin).key(), batches.get(i - 1).key()));
        begin = i;
        transfers = 0;
      }
      transfers += batches.get(i).transfers();
    }
    if (!batches.isEmpty()) {
      stretches.add(new Stretch(batches.get(begin).key(), batches.get(batches.size() - 1).key()));
    }
    return stretches;
  }

  private static Key key(ResultSet row) throws SQLException {
    return new Key(SqlValues.instant(row, 1), row.getObject(2, UUID.class));
  }

  /** Empty when somebody else has sealed all of it by now. */
  private Optional<Read> read(Stretch stretch) {
    return db.tx(
        handle -> {
          // What becomes visible meanwhile belongs to a later seal.
          handle.execute("set transaction isolation level repeatable read");
          List<Key> batches = batches(handle.getConnection(), stretch);
          return batches.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  new Read(batches, content(handle.getConnection(), stretch, span(batches))));
        });
  }

  private List<Key> batches(Connection connection, Stretch stretch) {
    List<Key> batches = new ArrayList<>();
    try {
      CopyRow.each(
          connection,
          db.sqlOnce(
              "select recorded_at, first_id from @.ledger_unsealed where "
                  + stretch.condition()
                  + " order by recorded_at, first_id"),
          row -> {
            CopyRow batch = new CopyRow(row);
            batches.add(new Key(batch.instant(0), batch.id(1)));
          });
    } catch (SQLException e) {
      throw unreadable(e);
    }
    return batches;
  }

  private static IllegalStateException unreadable(SQLException e) {
    return new IllegalStateException("can't seal the ledger: " + e.getMessage(), e);
  }

  private Seal.Content content(Connection connection, Stretch stretch, RowReader.Span recorded) {
    String ids =
        " from (select unnest(ids) as id from @.ledger_unsealed where "
            + stretch.condition()
            + ") u";
    try {
      List<UUID> sorted = new ArrayList<>(TRANSFERS_A_SEAL);
      CopyRow.each(
          connection,
          db.sqlOnce("select array_agg(id order by id)" + ids),
          row -> sorted.addAll(List.of(new CopyRow(row).ids(0))));
      // To find their rows the ids need no order.
      RowReader.Scope scope = new RowReader.Scope("select array_agg(id)" + ids, recorded);
      return Seal.content(sorted, rows.read(connection, scope, sorted));
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  private record Link(long number, Hash hash) {}

  /**
   * Puts the seals at the chain's end, each as soon as it is read.
   *
   * @return how many transfers they are about
   * @throws Overtaken when the chain is no more what it was, or some of it waits no more
   */
  private int extend(Handle handle, List<CompletableFuture<Optional<Read>>> reading, Instant now) {
    Link last = null;
    int transfers = 0;
    for (CompletableFuture<Optional<Read>> next : reading) {
      Optional<Read> read = join(next);
      if (read.isEmpty()) {
        continue;
      }
      if (last == null) {
        last = last(handle);
      }
      Read each = read.get();
      Seal seal =
          each.content().at(new Seal.Place(last.number() + 1, last.hash(), now, each.recorded()));
      write(handle.getConnection(), seal);
      forget(handle, each);
      last = new Link(seal.number(), seal.hash());
      transfers += seal.ids().size();
    }
    if (transfers == 0) {
      throw new Overtaken();
    }
    return transfers;
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static Link last(Handle handle) {
    return handle
        .createQuery("select number, hash from @.ledger_seal order by number desc limit 1")
        .map((row, context) -> new Link(row.getLong(1), Hash.stored(row.getBytes(2))))
        .findOne()
        .orElse(new Link(0, Seal.BEGINNING));
  }

  private void write(Connection connection, Seal seal) {
    String sql =
        db.sql(
            "insert into @.ledger_seal (number, previous_hash, hash, sealed_at, recorded_from,"
                + " recorded_to, entries, ids, checksums) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " on conflict do nothing");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, seal.number());
      statement.setBytes(2, seal.previous().toBytes());
      statement.setBytes(3, seal.hash().toBytes());
      statement.setObject(4, seal.sealedAt().atOffset(ZoneOffset.UTC));
      statement.setObject(5, seal.recorded().from().atOffset(ZoneOffset.UTC));
      statement.setObject(6, seal.recorded().to().atOffset(ZoneOffset.UTC));
      statement.setLong(7, seal.checksums().count(SealedRow.ENTRY));
      statement.setArray(8, SqlArrays.ids(connection, seal.ids().toArray(UUID[]::new)));
      statement.setBytes(9, seal.checksums().toBytes());
      if (statement.executeUpdate() != 1) {
        throw new Overtaken();
      }
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  private static void forget(Handle handle, Read read) {
    int forgotten =
        handle
            .createUpdate(
                "delete from @.ledger_unsealed where recorded_at between :from and :to"
                    + " and first_id = any(:firsts)")
            .bind("from", read.recorded().from().atOffset(ZoneOffset.UTC))
            .bind("to", read.recorded().to().atOffset(ZoneOffset.UTC))
            .bindArray("firsts", UUID.class, read.batches().stream().map(Key::firstId).toList())
            .execute();
    if (forgotten != read.batches().size()) {
      throw new Overtaken();
    }
  }
}
