package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;

/**
 * Checks the books against their seals and against themselves. Thread-safe.
 *
 * <p>Whoever can write to the database can also write new seals. Export seals now and then, and
 * keep them where the database's masters can't reach: {@link #checkOffline} tells whether the books
 * still fit them.
 */
public final class LedgerAudit {
  private static final int SEALS_A_PAGE = 8;

  private final Database db;
  private final RowReader rows;
  private final SumChecker sums;

  LedgerAudit(Database db) {
    this.db = db;
    this.rows = new RowReader(db);
    this.sums = new SumChecker(db);
  }

  /**
   * Checks every seal's rows, then all sums. Reads everything; writers are not kept waiting.
   *
   * @param threads how many read seals at once, each on a connection of its own
   */
  public AuditReport verify(int threads) {
    SealChecker checker = new SealChecker();
    long[] counts = new long[2];
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      checkSeals(checker, workers, 2 * threads, counts);
    } finally {
      workers.shutdownNow();
    }
    long unsealed = sums.check(checker);
    return new AuditReport(counts[0], counts[1], unsealed, checker.findings());
  }

  /** Walks the chain on this thread, and has the rows of its seals checked by the workers. */
  private void checkSeals(
      SealChecker checker, ExecutorService workers, int pendingMax, long[] counts) {
    long last = 0;
    Hash hash = Seal.BEGINNING;
    List<Future<?>> pending = new ArrayList<>();
    while (true) {
      long after = last;
      List<Seal> seals = db.tx(handle -> Sealer.read(handle, after, SEALS_A_PAGE));
      for (Seal seal : seals) {
        checker.chain(seal, last + 1, hash);
        last = seal.number();
        hash = seal.hash();
        counts[0]++;
        counts[1] += seal.ids().size();
        pending.add(workers.submit(() -> checker.rows(seal, read(seal))));
        if (pending.size() >= pendingMax) {
          await(pending.remove(0));
        }
      }
      if (seals.isEmpty()) {
        pending.forEach(LedgerAudit::await);
        return;
      }
    }
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the audit was interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the audit failed: " + e.getMessage(), e);
    }
  }

  private Map<UUID, List<RowLine>> read(Seal seal) {
    return read(seal.ids().toArray(UUID[]::new));
  }

  private Map<UUID, List<RowLine>> read(UUID[] ids) {
    return db.tx(
        handle -> {
          try {
            Connection connection = handle.getConnection();
            return rows.read(connection, ids);
          } catch (SQLException e) {
            throw new IllegalStateException("can't read the ledger: " + e.getMessage(), e);
          }
        });
  }

  /**
   * Writes the seals, one a line, for keeping elsewhere.
   *
   * @return how many
   */
  public long exportSeals(Writer out) {
    return forEachSeal(seal -> writeLine(out, seal.toLine()));
  }

  /**
   * Writes every sealed row as it is now, one a line, for {@link #checkOffline}.
   *
   * @return how many seals the rows are of
   */
  public long exportRows(Writer out) {
    return forEachSeal(
        seal -> {
          Map<UUID, List<RowLine>> lines = read(seal);
          for (UUID id : seal.ids()) {
            for (RowLine line : lines.getOrDefault(id, List.of())) {
              writeLine(out, id + "\t" + line.number() + "\t" + line.text());
            }
          }
        });
  }

  private interface SealUse {
    void accept(Seal seal);
  }

  private long forEachSeal(SealUse use) {
    long last = 0;
    long count = 0;
    while (true) {
      long after = last;
      List<Seal> seals = db.tx((Handle handle) -> Sealer.read(handle, after, SEALS_A_PAGE));
      if (seals.isEmpty()) {
        return count;
      }
      for (Seal seal : seals) {
        use.accept(seal);
        last = seal.number();
        count++;
      }
    }
  }

  private static void writeLine(Writer out, String line) {
    try {
      out.write(line);
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the export", e);
    }
  }

  /**
   * Checks exported rows against seals that were exported earlier, without any database. Rows of
   * later seals are left alone. Holds the rows in memory.
   *
   * @param seals what {@link #exportSeals} wrote
   * @param rows what {@link #exportRows} wrote, then or later
   * @throws IllegalArgumentException when one of them is no such export
   */
  public static AuditReport checkOffline(Reader seals, Reader rows) {
    SealChecker checker = new SealChecker();
    long transfers = 0;
    long last = 0;
    Hash hash = Seal.BEGINNING;
    try {
      Map<UUID, List<RowLine>> lines = readRows(rows);
      BufferedReader in = new BufferedReader(seals);
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        Seal seal = Seal.parse(text);
        checker.chain(seal, last + 1, hash);
        checker.rows(seal, lines);
        last = seal.number();
        hash = seal.hash();
        transfers += seal.ids().size();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the export", e);
    }
    return new AuditReport(last, transfers, 0, checker.findings());
  }

  private static Map<UUID, List<RowLine>> readRows(Reader rows) throws IOException {
    Map<UUID, List<RowLine>> lines = new HashMap<>();
    BufferedReader in = new BufferedReader(rows);
    for (String text = in.readLine(); text != null; text = in.readLine()) {
      String[] parts = text.split("\t", 3);
      if (parts.length < 3 || parts[2].isEmpty()) {
        throw new IllegalArgumentException("not a line of exported rows");
      }
      lines
          .computeIfAbsent(UUID.fromString(parts[0]), id -> new ArrayList<>())
          .add(new RowLine(parts[2].charAt(0), Integer.parseInt(parts[1]), parts[2]));
    }
    return lines;
  }
}
