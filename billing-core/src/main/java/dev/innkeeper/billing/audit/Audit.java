package dev.innkeeper.billing.audit;

import dev.innkeeper.billing.db.Database;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Checks the invariants of money on a live database. Reads one consistent snapshot and writes
 * nothing, so it may run at any time; it reads every row of money, so it takes its time. Memory
 * doesn't grow with the data. Thread-safe.
 */
public final class Audit {
  /** A check lists at most this many findings. */
  public static final int FINDINGS_MAX = 100;

  private final Database db;
  private final Clock clock;

  public Audit(Database db, Clock clock) {
    this.db = db;
    this.clock = clock;
  }

  /**
   * Makes every check.
   *
   * @throws IllegalStateException inside a transaction: the snapshot has to be the audit's own
   */
  public AuditReport run() {
    db.requireNoTransaction();
    return db.tx(
        handle -> {
          handle.execute("set transaction isolation level repeatable read, read only");
          List<AuditCheck> checks = new ArrayList<>();
          for (SqlCheck check : SqlChecks.all()) {
            checks.add(check(handle, check));
          }
          return new AuditReport(clock.instant(), List.copyOf(checks));
        });
  }

  private static AuditCheck check(Handle handle, SqlCheck check) {
    List<String> found =
        handle
            .createQuery("select finding from (" + check.sql() + ") as f(finding) limit :limit")
            .bind("limit", FINDINGS_MAX + 1)
            .mapTo(String.class)
            .list();
    boolean truncated = found.size() > FINDINGS_MAX;
    return new AuditCheck(
        check.name(),
        check.promise(),
        List.copyOf(truncated ? found.subList(0, FINDINGS_MAX) : found),
        truncated);
  }
}
