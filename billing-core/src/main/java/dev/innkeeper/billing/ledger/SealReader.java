package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/** Reads the chain. Thread-safe. */
final class SealReader {
  private static final int PAGE = 8;

  private final Database db;

  SealReader(Database db) {
    this.db = db;
  }

  /** Gives every seal in order, a page in memory at a time. */
  void each(Consumer<Seal> use) {
    long last = 0;
    while (true) {
      long after = last;
      List<Seal> seals = db.tx(handle -> page(handle, after));
      if (seals.isEmpty()) {
        return;
      }
      for (Seal seal : seals) {
        use.accept(seal);
        last = seal.number();
      }
    }
  }

  private List<Seal> page(Handle handle, long after) {
    List<Seal> seals = new ArrayList<>(PAGE);
    try {
      CopyRow.each(
          handle.getConnection(),
          db.sqlOnce(
              "select number, previous_hash, hash, sealed_at, recorded_from, recorded_to, ids,"
                  + " checksums from @.ledger_seal where number > "
                  + after
                  + " order by number limit "
                  + PAGE),
          row -> seals.add(seal(new CopyRow(row))));
    } catch (SQLException e) {
      throw new IllegalStateException("can't read the seals: " + e.getMessage(), e);
    }
    return seals;
  }

  private static Seal seal(CopyRow row) {
    return new Seal(
        new Seal.Place(
            row.number(0),
            Hash.stored(row.binary(1)),
            row.instant(3),
            new RowReader.Span(row.instant(4), row.instant(5))),
        Hash.stored(row.binary(2)),
        List.of(row.ids(6)),
        new Seal.Checksums(row.binary(7)));
  }
}
