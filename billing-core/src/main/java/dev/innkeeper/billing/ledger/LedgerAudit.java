package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Checks the books against their seals and against themselves. Thread-safe.
 *
 * <p>Whoever can write to the database can also write new seals. Export seals now and then, and
 * keep them where the database's masters can't reach: {@link #checkOffline} tells whether the books
 * still fit them.
 */
public final class LedgerAudit {
  private final Database db;
  private final RowReader rows;
  private final SealReader seals;
  private final SumChecker sums;

  LedgerAudit(Database db) {
    this.db = db;
    this.rows = new RowReader(db);
    this.seals = new SealReader(db);
    this.sums = new SumChecker(db);
  }

  /**
   * Checks every seal's rows, and all sums meanwhile. Reads everything; writers are not kept
   * waiting. Of what awaits its seal, only the sums are checked.
   *
   * @param threads how many read seals at once, each on a connection of its own; the seals
   *     themselves and the sums take one more each
   * @throws IllegalStateException inside a transaction
   */
  public AuditReport verify(int threads) {
    db.requireNoTransaction();
    SealChecker checker = new SealChecker();
    Chain chain = new Chain(checker);
    CountDownLatch sealsChecked = new CountDownLatch(1);
    ExecutorService summing = Executors.newSingleThreadExecutor();
    try {
      Future<Long> unsealed = summing.submit(() -> sums.check(checker, sealsChecked::await));
      try {
        seals(checker, chain, threads);
      } finally {
        sealsChecked.countDown();
      }
      return new AuditReport(chain.seals, chain.transfers, await(unsealed), checker.findings());
    } finally {
      summing.shutdownNow();
    }
  }

  private void seals(SealChecker checker, Chain chain, int threads) {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      Deque<Future<?>> pending = new ArrayDeque<>();
      seals.each(
          seal -> {
            chain.next(seal);
            pending.add(workers.submit(() -> check(checker, seal)));
            if (pending.size() >= 2 * threads) {
              await(pending.remove());
            }
          });
      pending.forEach(LedgerAudit::await);
    } finally {
      workers.shutdownNow();
    }
  }

  /** Follows the links of the chain from its beginning. Confined to one thread. */
  private static final class Chain {
    private final SealChecker checker;
    private long last;
    private Hash hash = Seal.BEGINNING;
    private long seals;
    private long transfers;

    Chain(SealChecker checker) {
      this.checker = checker;
    }

    void next(Seal seal) {
      checker.chain(seal, last + 1, hash);
      last = seal.number();
      hash = seal.hash();
      seals++;
      transfers += seal.ids().size();
    }
  }

  private void check(SealChecker checker, Seal seal) {
    if (!SealChecker.fits(seal, read(seal, RowReader.Scope.of(seal.number(), seal.recorded())))) {
      checker.name(seal, read(seal, RowReader.Scope.everywhere(seal.number())));
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the audit was interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the audit failed: " + e.getMessage(), e);
    }
  }

  private TransferRows read(Seal seal, RowReader.Scope scope) {
    return db.tx(
        handle -> {
          try {
            return rows.read(handle.getConnection(), scope, seal.ids());
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
    long[] count = new long[1];
    seals.each(
        seal -> {
          writeLine(out, seal.toLine());
          count[0]++;
        });
    return count[0];
  }

  /**
   * Writes every sealed row as it is now, one a line, for {@link #checkOffline}: the transfer's id,
   * the entry's line or -1, T, H, E or A for what table it is from, and its values in PostgreSQL's
   * binary COPY format as Base64.
   *
   * @return how many seals the rows are of
   */
  public long exportRows(Writer out) {
    long[] count = new long[1];
    seals.each(
        seal -> {
          TransferRows found = read(seal, RowReader.Scope.everywhere(seal.number()));
          for (UUID id : seal.ids()) {
            for (SealedRow row : found.of(id)) {
              writeLine(out, ExportedRows.toLine(id, row));
            }
          }
          count[0]++;
        });
    return count[0];
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
   * later seals are left alone. Memory does not grow with the books: rows are looked for at most
   * 100,000 transfers ahead of where they should be.
   *
   * @param seals what {@link #exportSeals} wrote
   * @param rows what {@link #exportRows} wrote, then or later
   * @throws IllegalArgumentException when one of them is no such export
   */
  public static AuditReport checkOffline(Reader seals, Reader rows) {
    SealChecker checker = new SealChecker();
    Chain chain = new Chain(checker);
    try {
      ExportedRows found = new ExportedRows(rows);
      BufferedReader in = new BufferedReader(seals);
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        Seal seal = Seal.parse(text);
        chain.next(seal);
        TransferRows own = found.of(seal.ids());
        if (!SealChecker.fits(seal, own)) {
          checker.name(seal, own);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the export", e);
    }
    return new AuditReport(chain.last, chain.transfers, 0, checker.findings());
  }
}
