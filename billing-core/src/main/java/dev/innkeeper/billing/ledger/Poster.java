package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.money.Amount;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides a batch of transfers and books it with two statements' round trips, however many they
 * are: lock and read, then write. In between everything is decided in memory, in the order of
 * arrival. Thread-safe; a batch is confined to its thread.
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

  /**
   * Books groups of transfers; each group stands or falls as one.
   *
   * @param connection in a transaction, which the caller ends
   * @return a result for every transfer, in order
   */
  List<PostResult> post(Connection connection, List<List<Request>> groups) {
    Batch batch = new Batch();
    try {
      batch.load(connection, groups);
      groups.forEach(batch::decide);
      batch.write(connection);
    } catch (SQLException e) {
      throw new IllegalStateException("can't post to the ledger: " + e.getMessage(), e);
    }
    return batch.results;
  }

  /** A transfer with its answer, to be stored. */
  record Decided(Request request, PostResult result) {}

  /** An entry to be stored. */
  record Line(AccountState account, UUID transferId, int number, long amount, Change after) {}

  /** An account's state at one point of a batch. */
  record Change(long balance, long seq) {}

  /** An id that was answered before. */
  record Answered(
      Hash hash, @Nullable RefusalReason reason, @Nullable String message, Instant recordedAt) {}

  private final class Batch {
    private final Map<AccountId, AccountState> accounts = new HashMap<>();
    private final Map<UUID, Answered> answered = new HashMap<>();
    private final List<PostResult> results = new ArrayList<>();
    private final List<Decided> decided = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private Instant now = Instant.EPOCH;

    void load(Connection connection, List<List<Request>> groups) throws SQLException {
      Map<AccountKey, AccountId> wanted = new LinkedHashMap<>();
      List<UUID> ids = new ArrayList<>();
      Map<AccountId, AccountKey> byId = new HashMap<>();
      for (List<Request> group : groups) {
        for (Request request : group) {
          ids.add(request.id());
          for (Posting p : request.transfer().postings()) {
            AccountKey key =
                byId.computeIfAbsent(p.account(), id -> keys.of(id, AccountKeys.laneOf(id)));
            wanted.put(key, p.account());
          }
        }
      }
      Map<AccountKey, AccountState> found = sql.lock(connection, wanted, ids, answered);
      now = clock.instant().truncatedTo(ChronoUnit.MICROS);
      for (Map.Entry<AccountKey, AccountId> e : wanted.entrySet()) {
        AccountState state = found.get(e.getKey());
        AccountSpec spec = Chart.find(e.getValue());
        if (state == null && spec != null) {
          state = AccountState.absent(e.getKey(), spec, AccountKeys.laneOf(e.getValue()));
        }
        if (state != null) {
          accounts.put(e.getValue(), state);
          // An account's entries never go back in time, though clocks of several nodes may differ.
          now = state.recordedAt.isAfter(now) ? state.recordedAt : now;
        }
      }
    }

    void decide(List<Request> group) {
      if (group.stream().anyMatch(request -> answered.containsKey(request.id()))) {
        group.forEach(request -> results.add(replay(request)));
        return;
      }
      Undo undo = new Undo();
      Refusal refusal = null;
      for (Request request : group) {
        refusal = book(request, undo);
        if (refusal != null) {
          undo.run();
          break;
        }
      }
      for (Request request : group) {
        answer(request, refusal);
      }
    }

    private PostResult replay(Request request) {
      Answered before = answered.get(request.id());
      if (before == null || !before.hash().equals(request.hash())) {
        return new PostResult.Conflict(request.id());
      }
      RefusalReason reason = before.reason();
      return reason == null
          ? new PostResult.Posted(request.id(), before.recordedAt(), true)
          : new PostResult.Refused(request.id(), reason, String.valueOf(before.message()), true);
    }

    private void answer(Request request, @Nullable Refusal refusal) {
      PostResult result;
      boolean keep = true;
      if (refusal == null) {
        result = new PostResult.Posted(request.id(), now, false);
      } else if (refusal.id().equals(request.id())) {
        keep = refusal.reason().isStored();
        result = new PostResult.Refused(request.id(), refusal.reason(), refusal.message(), false);
      } else {
        keep = refusal.reason().isStored();
        result =
            new PostResult.Refused(
                request.id(),
                RefusalReason.LINKED_FAILED,
                "transfer " + refusal.id() + " of its group was refused: " + refusal.message(),
                false);
      }
      results.add(result);
      if (keep) {
        decided.add(new Decided(request, result));
        RefusalReason reason = result instanceof PostResult.Refused r ? r.reason() : null;
        String message = result instanceof PostResult.Refused r ? r.message() : null;
        answered.put(request.id(), new Answered(request.hash(), reason, message, now));
      }
    }

    /** Books in memory; null when that went well. */
    private @Nullable Refusal book(Request request, Undo undo) {
      List<Posting> postings = request.transfer().postings();
      for (Posting p : postings) {
        if (!accounts.containsKey(p.account())) {
          return refusal(
              request,
              RefusalReason.UNKNOWN_ACCOUNT,
              "there is no account " + p.account() + "; open it first");
        }
      }
      Map<AccountState, Long> before = new LinkedHashMap<>();
      int number = 0;
      for (Posting p : postings) {
        AccountState state = state(p.account());
        before.putIfAbsent(state, state.balance);
        undo.remember(state);
        long signed = p.signed();
        long balance = state.balance + signed;
        // The smallest long has no opposite, so no balance may take it.
        if (((state.balance ^ balance) & (signed ^ balance)) < 0 || balance == Long.MIN_VALUE) {
          return refusal(
              request,
              RefusalReason.BALANCE_OVERFLOW,
              "the balance of " + p.account() + " would be beyond 64 bits");
        }
        state.balance = balance;
        state.seq++;
        state.changed = true;
        lines.add(new Line(state, request.id(), number++, signed, new Change(balance, state.seq)));
      }
      for (Map.Entry<AccountState, Long> e : before.entrySet()) {
        AccountState state = e.getKey();
        Long available = state.available();
        if (available != null && available < 0 && fell(state, e.getValue())) {
          return refusal(request, RefusalReason.INSUFFICIENT_FUNDS, shortfall(state, -available));
        }
      }
      return null;
    }

    private AccountState state(AccountId id) {
      AccountState state = accounts.get(id);
      if (state == null) {
        throw new IllegalStateException(id + " was not loaded");
      }
      return state;
    }

    void write(Connection connection) throws SQLException {
      if (decided.isEmpty()) {
        return;
      }
      List<AccountState> changed =
          accounts.values().stream().filter(state -> state.changed).toList();
      sql.write(connection, now, decided, lines, changed);
    }

    private final class Undo {
      private record Saved(AccountState state, long balance, long seq, boolean changed) {}

      private final List<Saved> saved = new ArrayList<>();
      private final int linesBefore = lines.size();

      void remember(AccountState state) {
        saved.add(new Saved(state, state.balance, state.seq, state.changed));
      }

      void run() {
        for (int i = saved.size() - 1; i >= 0; i--) {
          Saved s = saved.get(i);
          s.state().balance = s.balance();
          s.state().seq = s.seq();
          s.state().changed = s.changed();
        }
        lines.subList(linesBefore, lines.size()).clear();
      }
    }
  }

  private record Refusal(UUID id, RefusalReason reason, String message) {}

  private static Refusal refusal(Request request, RefusalReason reason, String message) {
    return new Refusal(request.id(), reason, message);
  }

  private static boolean fell(AccountState state, long balanceBefore) {
    return state.spec.type().natural(state.balance) < state.spec.type().natural(balanceBefore);
  }

  private static String shortfall(AccountState state, long missing) {
    AccountId id = state.spec.id();
    return id + " lacks " + Amount.ofMinor(missing, id.currency());
  }

  /** Another writer was faster; the whole transaction is to be run again. */
  static SQLException overtaken(String what) {
    return new SQLTransactionRollbackException(
        what + " was written at the same time by another transaction", "40001");
  }
}
