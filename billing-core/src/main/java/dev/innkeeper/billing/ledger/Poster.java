package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Books a batch with two round trips, however many requests it holds: lock and read, then write. In
 * between everything is decided in memory. Thread-safe.
 */
final class Poster {
  private final Clock clock;
  private final AccountKeys keys;
  private final LedgerSql sql;

  Poster(Database db, Clock clock, AccountKeys keys) {
    this.clock = clock;
    this.keys = keys;
    this.sql = new LedgerSql(db);
  }

  /** What a batch needs to have locked and read. */
  static final class Wanted {
    final Map<AccountKey, AccountId> accounts = new LinkedHashMap<>();
    final List<UUID> ids = new ArrayList<>();
    final List<Action.HoldKey> holds = new ArrayList<>();
    final List<UUID> reversed = new ArrayList<>();
  }

  /**
   * Books groups of requests; each group stands or falls as one.
   *
   * @param connection in a transaction, which the caller ends
   * @return an answer to every request, in order
   */
  List<PostResult> post(Connection connection, List<List<Request>> groups) {
    try {
      Wanted wanted = wanted(groups);
      Batch.Known known = sql.lock(connection, wanted);
      wanted.accounts.forEach(
          (key, id) -> {
            AccountSpec spec = Chart.find(id);
            if (spec != null) {
              known
                  .accounts()
                  .computeIfAbsent(id, i -> AccountState.absent(key, spec, AccountKeys.laneOf(id)));
            }
          });
      Batch batch = new Batch(known, clock.instant().truncatedTo(ChronoUnit.MICROS));
      groups.forEach(batch::decide);
      if (!batch.decided().isEmpty()) {
        sql.write(connection, batch);
      }
      return batch.results();
    } catch (SQLException e) {
      throw new IllegalStateException("can't post to the ledger: " + e.getMessage(), e);
    }
  }

  private Wanted wanted(List<List<Request>> groups) {
    Wanted wanted = new Wanted();
    Map<AccountId, AccountKey> seen = new HashMap<>();
    for (List<Request> group : groups) {
      for (Request request : group) {
        wanted.ids.add(request.id());
        for (Posting p : request.postings()) {
          want(wanted, seen, p.account());
        }
        AccountId promised = request.promisedAccount();
        if (promised != null) {
          want(wanted, seen, promised);
        }
        Action.HoldKey hold = request.hold();
        if (hold != null) {
          wanted.holds.add(hold);
        }
        if (request.action() instanceof Action.Reversal reversal) {
          wanted.reversed.add(reversal.original());
        }
      }
    }
    return wanted;
  }

  private void want(Wanted wanted, Map<AccountId, AccountKey> seen, AccountId account) {
    if (!seen.containsKey(account)) {
      AccountKey key = keys.of(account, AccountKeys.laneOf(account));
      seen.put(account, key);
      wanted.accounts.put(key, account);
    }
  }
}
