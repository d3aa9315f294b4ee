package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.work.DueWork;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/**
 * Gives every month's entries a table of their own, ahead of time. What was booked in a month that
 * has none yet lies in the last partition, and moves when the month gets its own. Thread-safe.
 */
final class PartitionUpkeep implements DueWork {
  private static final int MONTHS_AHEAD = 2;
  private static final DateTimeFormatter SUFFIX =
      DateTimeFormatter.ofPattern("uuuuMM", Locale.ROOT);

  private final Database db;

  PartitionUpkeep(Database db) {
    this.db = db;
  }

  @Override
  public String name() {
    return "ledger-partitions";
  }

  @Override
  public int runBatch(Instant now) {
    YearMonth month = YearMonth.from(now.atOffset(ZoneOffset.UTC));
    int made = 0;
    for (int ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
      YearMonth wanted = month.plusMonths(ahead);
      if (!exists(wanted)) {
        made += db.tx(handle -> make(handle, wanted));
      }
    }
    return made;
  }

  private static String table(YearMonth month) {
    return "ledger_entry_" + month.format(SUFFIX);
  }

  private boolean exists(YearMonth month) {
    return db.tx(handle -> exists(handle, month));
  }

  private boolean exists(Handle handle, YearMonth month) {
    return handle
        .createQuery("select to_regclass(:name) is not null")
        .bind("name", db.schema() + "." + table(month))
        .mapTo(Boolean.class)
        .one();
  }

  /** In one transaction, for which writers of entries wait; a few milliseconds when it is early. */
  private int make(Handle handle, YearMonth month) {
    // One node at a time, and nobody writes to the rest while its rows move.
    handle.execute("lock table @.ledger_entry_rest in access exclusive mode");
    if (exists(handle, month)) {
      return 0;
    }
    String table = "@." + table(month);
    String from = "'" + month.atDay(1) + " 00:00:00+00'";
    String to = "'" + month.plusMonths(1).atDay(1) + " 00:00:00+00'";
    handle.execute(
        "create table "
            + table
            + " (like @.ledger_entry including defaults including constraints)");
    handle.execute(
        "with moved as (delete from @.ledger_entry_rest where recorded_at >= "
            + from
            + " and recorded_at < "
            + to
            + " returning *) insert into "
            + table
            + " select * from moved");
    handle.execute(
        "alter table @.ledger_entry attach partition "
            + table
            + " for values from ("
            + from
            + ") to ("
            + to
            + ")");
    return 1;
  }
}
