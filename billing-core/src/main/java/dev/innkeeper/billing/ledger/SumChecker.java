package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;

/** Checks that accounts, entries, holds, transfers and seals fit one another. Thread-safe. */
final class SumChecker {
  private static final String ACCOUNTS =
      "select coalesce(a.owner, e.owner), coalesce(a.account, e.account), a.code,"
          + " a.owner is null, a.balance, a.seq, e.total, e.entries, e.last,"
          + " a.recorded_at"
          + " from @.ledger_account a full join (select owner, account, sum(amount) as total,"
          + " count(*) as entries, max(seq) as last, max(recorded_at) as latest from @.ledger_entry group by owner, account) e"
          + " on e.owner = a.owner and e.account = a.account"
          + " where a.owner is null or a.balance <> coalesce(e.total, 0)"
          + " or a.recorded_at <> coalesce(e.latest, a.opened_at)"
          + " or a.seq <> coalesce(e.last, 0) or a.seq <> coalesce(e.entries, 0)"
          + " limit 1000";

  /** An account without entries was opened, or holds were made on it. */
  private static final String UNEXPLAINED_ACCOUNTS =
      "select a.owner, a.account, a.code from @.ledger_account a where a.seq = 0"
          + " and not exists (select 1 from @.ledger_transfer t where t.account = a.account"
          + " and t.owner = a.owner and t.status in ('OPENED', 'HELD')) limit 1000";

  private static final String HELD =
      "select a.owner, a.account, a.code, a.held, coalesce(h.total, 0) from @.ledger_account a"
          + " left join (select owner, account, sum(remaining) as total from @.ledger_hold"
          + " group by owner, account) h on h.owner = a.owner and h.account = a.account"
          + " where a.held <> coalesce(h.total, 0) limit 1000";

  private static final String HOLDS =
      "select h.id, t.id is null, h.remaining, h.amount - coalesce(u.used, 0)"
          + " from @.ledger_hold h"
          + " left join @.ledger_transfer t on t.id = h.id and t.status = 'HELD'"
          + " left join (select hold, sum(hold_amount) as used from @.ledger_transfer"
          + " where hold is not null and status in ('POSTED', 'RELEASED') group by hold) u"
          + " on u.hold = h.id"
          + " where t.id is null or h.remaining <> h.amount - coalesce(u.used, 0) limit 1000";

  private static final String UNSEALED_GONE =
      "select u.id from (select unnest(ids) as id from @.ledger_unsealed) u"
          + " left join @.ledger_transfer t on t.id = u.id where t.id is null limit 1000";

  private static final String COUNTS =
      "select (select count(*) from @.ledger_transfer), (select count(*) from @.ledger_entry),"
          + " (select coalesce(sum(cardinality(ids)), 0) from @.ledger_seal),"
          + " (select coalesce(sum(entries), 0) from @.ledger_seal),"
          + " (select coalesce(sum(transfers), 0) from @.ledger_unsealed),"
          + " (select count(*) from @.ledger_entry e where e.transfer_id in"
          + " (select unnest(ids) from @.ledger_unsealed))";

  private static final String STRANGE_TRANSFERS =
      "select t.id from @.ledger_transfer t where not exists (select 1 from"
          + " (select unnest(ids) as id from @.ledger_seal union all"
          + " select unnest(ids) from @.ledger_unsealed) s where s.id = t.id) limit 1000";

  private static final String STRANGE_ENTRIES =
      "select e.transfer_id, e.line, e.owner, e.account, e.seq from @.ledger_entry e"
          + " where not exists (select 1 from @.ledger_transfer t where t.id = e.transfer_id)"
          + " limit 1000";

  private final Database db;

  SumChecker(Database db) {
    this.db = db;
  }

  /** Waits until all seals were checked. */
  interface SealsChecked {
    void await() throws InterruptedException;
  }

  private interface RowUse {
    void accept(ResultSet row) throws SQLException;
  }

  /**
   * Checks all of it as of one moment.
   *
   * @param seals what they find says whether rows that belong to nothing are worth looking for
   * @return how many transfers await their seal
   */
  long check(SealChecker checker, SealsChecked seals) {
    db.requireNoTransaction();
    return db.tx(
        handle -> {
          handle.execute("set transaction isolation level repeatable read");
          // Accounts are summed by hashing; what does not fit into memory is written to disk.
          handle.execute("set local work_mem = '64MB'");
          accounts(handle, checker);
          holds(handle, checker);
          each(
              handle,
              UNSEALED_GONE,
              row ->
                  checker.add(
                      Finding.Kind.REMOVED,
                      "ledger_transfer",
                      row.getString(1),
                      "it awaited its seal"));
          long[] unsealed = new long[1];
          boolean odd = isOdd(handle, unsealed);
          await(seals);
          // What was removed may hide what was inserted from the count.
          if (odd || !checker.findings().isEmpty()) {
            strangers(handle, checker);
          }
          if (odd && checker.findings().isEmpty()) {
            checker.add(
                Finding.Kind.ALTERED,
                "ledger_seal",
                "all",
                "the seals count other numbers of transfers or entries than there are");
          }
          return unsealed[0];
        });
  }

  private static void await(SealsChecked seals) {
    try {
      seals.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the audit was interrupted", e);
    }
  }

  private void accounts(Handle handle, SealChecker checker) {
    each(
        handle,
        ACCOUNTS,
        row -> {
          String key = row.getString(1) + "/" + row.getLong(2);
          if (row.getBoolean(4)) {
            checker.add(
                Finding.Kind.REMOVED, "ledger_account", key, "entries of it are still there");
          } else {
            checker.add(
                Finding.Kind.ALTERED,
                "ledger_account",
                key + " (" + row.getString(3) + ")",
                "balance "
                    + row.getLong(5)
                    + " at entry "
                    + row.getLong(6)
                    + " of "
                    + row.getString(10)
                    + ", but its "
                    + row.getLong(8)
                    + " entries up to "
                    + row.getLong(9)
                    + " sum to "
                    + row.getLong(7));
          }
        });
    each(
        handle,
        UNEXPLAINED_ACCOUNTS,
        row ->
            checker.add(
                Finding.Kind.INSERTED,
                "ledger_account",
                row.getString(1) + "/" + row.getLong(2) + " (" + row.getString(3) + ")",
                "nothing ever opened it"));
  }

  private void holds(Handle handle, SealChecker checker) {
    each(
        handle,
        HELD,
        row ->
            checker.add(
                Finding.Kind.ALTERED,
                "ledger_account",
                row.getString(1) + "/" + row.getLong(2) + " (" + row.getString(3) + ")",
                "holds " + row.getLong(4) + ", its holds sum to " + row.getLong(5)));
    each(
        handle,
        HOLDS,
        row ->
            checker.add(
                row.getBoolean(2) ? Finding.Kind.INSERTED : Finding.Kind.ALTERED,
                "ledger_hold",
                row.getString(1),
                "has " + row.getLong(3) + " left, by its transfers " + row.getLong(4)));
  }

  /** Whether the numbers say that there are rows that belong to nothing, or too few. */
  private static boolean isOdd(Handle handle, long[] unsealed) {
    boolean[] odd = new boolean[1];
    each(
        handle,
        COUNTS,
        row -> {
          unsealed[0] = row.getLong(5);
          odd[0] =
              row.getLong(1) != row.getLong(3) + row.getLong(5)
                  || row.getLong(2) != row.getLong(4) + row.getLong(6);
        });
    return odd[0];
  }

  /** Looks for rows that belong to nothing. */
  private static void strangers(Handle handle, SealChecker checker) {
    each(
        handle,
        STRANGE_TRANSFERS,
        row ->
            checker.add(
                Finding.Kind.INSERTED,
                "ledger_transfer",
                row.getString(1),
                "no seal covers it and none is due"));
    each(
        handle,
        STRANGE_ENTRIES,
        row ->
            checker.add(
                Finding.Kind.INSERTED,
                "ledger_entry",
                "line "
                    + row.getInt(2)
                    + " of transfer "
                    + row.getString(1)
                    + ", entry "
                    + row.getLong(5)
                    + " of account "
                    + row.getString(3)
                    + "/"
                    + row.getLong(4),
                "there is no such transfer"));
  }

  private static void each(Handle handle, String sql, RowUse use) {
    handle
        .createQuery(sql)
        .map(
            (row, context) -> {
              use.accept(row);
              return Boolean.TRUE;
            })
        .list();
  }
}
