package dev.innkeeper.billing.audit;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.ledger.Finding;
import dev.innkeeper.billing.ledger.LedgerAudit;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/**
 * Checks the invariants of money on a live database. Reads one consistent snapshot, and then every
 * sealed row again to see whether anybody altered it; writes nothing, so it may run at any time.
 * Memory doesn't grow with the data. Thread-safe.
 */
public final class Audit {
  /** A check lists at most this many findings. */
  public static final int FINDINGS_MAX = 100;

  private final Database db;

  /** One reads while the other hashes; an audit is not to take the machine. */
  private static final int SEAL_THREADS = 2;

  private final Clock clock;
  private final LedgerAudit ledger;
  private final Invoices invoices;

  public Audit(Database db, Clock clock, LedgerAudit ledger, Invoices invoices) {
    this.db = db;
    this.clock = clock;
    this.ledger = ledger;
    this.invoices = invoices;
  }

  /**
   * Makes every check.
   *
   * @throws IllegalStateException inside a transaction: the snapshot has to be the audit's own
   */
  public AuditReport run() {
    db.requireNoTransaction();
    Instant begin = clock.instant();
    List<AuditCheck> checks =
        db.tx(
            handle -> {
              handle.execute("set transaction isolation level repeatable read, read only");
              List<AuditCheck> made = new ArrayList<>();
              for (SqlCheck check : SqlChecks.all()) {
                made.add(check(handle, check));
              }
              made.add(unchangedInvoices());
              return made;
            });
    checks.add(seals());
    return new AuditReport(begin, List.copyOf(checks));
  }

  private AuditCheck unchangedInvoices() {
    return check(
        "invoices-unchanged",
        "an issued invoice is what it was at issue, by its hash, which the ledger's transfer has too",
        invoices.altered(FINDINGS_MAX + 1));
  }

  /** What was sealed is as it was sealed, and what changes fits what must not. */
  private AuditCheck seals() {
    List<String> found =
        ledger.verify(SEAL_THREADS).findings().stream()
            .map(f -> f.table() + " " + f.row() + " was " + told(f.kind()) + ": " + f.message())
            .toList();
    return check(
        "books-fit-seals",
        "no row of the ledger was altered, removed, inserted or moved since it was sealed",
        found);
  }

  private static String told(Finding.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static AuditCheck check(Handle handle, SqlCheck check) {
    List<String> found =
        handle
            .createQuery("select finding from (" + check.sql() + ") as f(finding) limit :limit")
            .bind("limit", FINDINGS_MAX + 1)
            .mapTo(String.class)
            .list();
    return check(check.name(), check.promise(), found);
  }

  private static AuditCheck check(String name, String promise, List<String> found) {
    boolean truncated = found.size() > FINDINGS_MAX;
    return new AuditCheck(
        name, promise, List.copyOf(truncated ? found.subList(0, FINDINGS_MAX) : found), truncated);
  }
}
