package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides requests in the order of their arrival, in memory, on rows that are locked. Confined to
 * one thread.
 */
final class Batch {
  /**
   * An id that was answered before.
   *
   * @param reason why it was refused; null when it was not
   */
  record Answered(
      Hash hash, @Nullable RefusalReason reason, @Nullable String message, Instant recordedAt) {}

  /**
   * An answer to be stored.
   *
   * @param refusal null when it was not refused
   * @param heldMinorUnits how much was promised, captured or freed; null when nothing was
   * @param heldAccount the key of the account that a hold was made on; null when none was
   */
  record Decided(
      Request request,
      @Nullable Refusal refusal,
      @Nullable Long heldMinorUnits,
      @Nullable Long heldAccount) {}

  /** An entry to be stored. */
  record Line(AccountState account, UUID transferId, int number, long amount, After after) {}

  /** An account right after an entry. */
  record After(long balance, long seq) {}

  /**
   * @param id the request that was at fault, perhaps another one of the same group
   */
  record Refusal(UUID id, RefusalReason reason, String message) {}

  private final Map<AccountId, AccountState> accounts;
  private final Map<UUID, HoldState> holds;
  private final Map<UUID, Answered> answered;
  private final Set<UUID> reversed;
  private final Instant now;

  private final List<PostResult> results = new ArrayList<>();
  private final List<Decided> decided = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();

  /** What is known and locked when deciding begins. The batch changes the states. */
  record Known(
      Map<AccountId, AccountState> accounts,
      Map<UUID, HoldState> holds,
      Map<UUID, Answered> answered,
      Set<UUID> reversed) {
    static Known empty() {
      return new Known(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashSet<>());
    }
  }

  Batch(Known known, Instant now) {
    this.accounts = known.accounts();
    this.holds = known.holds();
    this.answered = known.answered();
    this.reversed = known.reversed();
    Instant latest = now;
    for (AccountState state : accounts.values()) {
      // An account's entries never go back in time, though clocks of several nodes may differ.
      latest = state.recordedAt.isAfter(latest) ? state.recordedAt : latest;
    }
    this.now = latest;
  }

  Instant now() {
    return now;
  }

  /** An answer to every request, in order. */
  List<PostResult> results() {
    return results;
  }

  /** Answers to be stored. */
  List<Decided> decided() {
    return decided;
  }

  /** Entries to be stored. */
  List<Line> lines() {
    return lines;
  }

  List<AccountState> changedAccounts() {
    return accounts.values().stream().filter(state -> state.changed).toList();
  }

  List<HoldState> changedHolds() {
    return holds.values().stream().filter(hold -> hold.changed).toList();
  }

  /** Decides requests that stand or fall as one. */
  void decide(List<Request> group) {
    for (Request request : group) {
      if (answered.containsKey(request.id())) {
        group.forEach(repeat -> results.add(replay(repeat)));
        return;
      }
    }
    Attempt attempt = new Attempt();
    Refusal refusal = null;
    for (Request request : group) {
      refusal = attempt.book(request);
      if (refusal != null) {
        attempt.undo();
        break;
      }
    }
    for (int i = 0; i < group.size(); i++) {
      answer(group.get(i), refusal, refusal == null ? attempt.heldMinorUnits.get(i) : null);
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

  private void answer(Request request, @Nullable Refusal cause, @Nullable Long heldMinorUnits) {
    UUID id = request.id();
    if (cause == null) {
      results.add(new PostResult.Posted(id, now, false));
      decided.add(new Decided(request, null, heldMinorUnits, heldAccount(request)));
      answered.put(id, new Answered(request.hash(), null, null, now));
      return;
    }
    Refusal own =
        cause.id().equals(id)
            ? cause
            : new Refusal(
                id,
                RefusalReason.LINKED_FAILED,
                "transfer " + cause.id() + " of its group was refused: " + cause.message());
    results.add(new PostResult.Refused(id, own.reason(), own.message(), false));
    if (cause.reason().isStored()) {
      decided.add(new Decided(request, own, null, null));
      answered.put(id, new Answered(request.hash(), own.reason(), own.message(), now));
    }
  }

  private @Nullable Long heldAccount(Request request) {
    return request.action() instanceof Action.Reserve reserve
        ? account(reserve.account()).key.account()
        : null;
  }

  /** Books a group on the states, so that it can be taken back. */
  private final class Attempt {
    private record Before(AccountState state, long balance, long held, long seq, boolean changed) {}

    private record HoldBefore(HoldState state, long remaining, boolean changed) {}

    private final List<Before> before = new ArrayList<>();
    private final List<HoldBefore> holdsBefore = new ArrayList<>();
    private final List<UUID> holdsMade = new ArrayList<>();
    private final List<UUID> reversedNow = new ArrayList<>();
    private final List<@Nullable Long> heldMinorUnits = new ArrayList<>();
    private final int linesBefore = lines.size();

    @Nullable Refusal book(Request request) {
      AccountId unknown = unknownAccount(request);
      if (unknown != null) {
        return refusal(
            request,
            RefusalReason.UNKNOWN_ACCOUNT,
            "there is no account " + unknown + "; open it first");
      }
      int first = before.size();
      Refusal refusal = reverse(request);
      if (refusal == null) {
        refusal = postings(request);
      }
      if (refusal == null) {
        refusal = promise(request, first);
      }
      return refusal == null ? floors(request, first) : refusal;
    }

    private @Nullable AccountId unknownAccount(Request request) {
      for (Posting p : request.postings()) {
        if (!accounts.containsKey(p.account())) {
          return p.account();
        }
      }
      AccountId promised = request.promisedAccount();
      return promised != null && !accounts.containsKey(promised) ? promised : null;
    }

    private @Nullable Refusal reverse(Request request) {
      if (request.action() instanceof Action.Reversal reversal) {
        if (!reversed.add(reversal.original())) {
          return refusal(
              request,
              RefusalReason.ALREADY_REVERSED,
              "transfer " + reversal.original() + " was reversed before");
        }
        reversedNow.add(reversal.original());
      }
      return null;
    }

    private @Nullable Refusal postings(Request request) {
      int number = 0;
      for (Posting p : request.postings()) {
        AccountState state = touch(p.account());
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
        lines.add(new Line(state, request.id(), number++, signed, new After(balance, state.seq)));
      }
      return null;
    }

    private AccountState touch(AccountId id) {
      AccountState state = account(id);
      before.add(new Before(state, state.balance, state.held, state.seq, state.changed));
      state.changed = true;
      return state;
    }

    /** Changes what is promised of an account. */
    private @Nullable Refusal promise(Request request, int first) {
      if (request.action() instanceof Action.Reserve terms) {
        AccountState state = touch(terms.account());
        if (state.held > Long.MAX_VALUE - terms.minorUnits()) {
          return refusal(
              request, RefusalReason.BALANCE_OVERFLOW, "what is held would be beyond 64 bits");
        }
        state.held += terms.minorUnits();
        HoldState hold = new HoldState(request.id(), state, terms, false);
        hold.changed = true;
        holds.put(hold.id, hold);
        holdsMade.add(hold.id);
        heldMinorUnits.add(terms.minorUnits());
        return null;
      }
      Action.HoldKey key = request.hold();
      if (key == null) {
        heldMinorUnits.add(null);
        return null;
      }
      HoldState hold = holds.get(key.id());
      if (hold == null) {
        return refusal(request, RefusalReason.UNKNOWN_HOLD, "there is no hold " + key.id());
      }
      return request.action() instanceof Action.Release
          ? take(request, hold, hold.remaining)
          : capture(request, hold, first);
    }

    private @Nullable Refusal capture(Request request, HoldState hold, int first) {
      if (!hold.expiresAt.isAfter(now)) {
        return refusal(
            request,
            RefusalReason.HOLD_NOT_OPEN,
            "hold " + hold.id + " expired at " + hold.expiresAt);
      }
      long taken = -naturalChange(hold.account, first);
      if (hold.remaining > 0 && (taken <= 0 || taken > hold.remaining)) {
        return refusal(
            request,
            RefusalReason.HOLD_EXCEEDED,
            "hold "
                + hold.id
                + " has "
                + hold.remaining
                + " minor units left, "
                + taken
                + " would be taken from "
                + hold.account.spec.id());
      }
      return take(request, hold, taken);
    }

    private @Nullable Refusal take(Request request, HoldState hold, long minorUnits) {
      if (hold.remaining == 0) {
        return refusal(request, RefusalReason.HOLD_NOT_OPEN, "nothing is left of hold " + hold.id);
      }
      touch(hold.account.spec.id()).held -= minorUnits;
      holdsBefore.add(new HoldBefore(hold, hold.remaining, hold.changed));
      hold.remaining -= minorUnits;
      hold.changed = true;
      heldMinorUnits.add(minorUnits);
      return null;
    }

    /** No account may end below its floor, unless it was there and did not fall. */
    private @Nullable Refusal floors(Request request, int first) {
      for (Before b : before.subList(first, before.size())) {
        AccountState state = b.state();
        Long available = state.available();
        boolean fell =
            naturalChange(state, first) < 0 || request.action() instanceof Action.Reserve;
        if (available != null && available < 0 && fell) {
          AccountId id = state.spec.id();
          return refusal(
              request,
              RefusalReason.INSUFFICIENT_FUNDS,
              id + " lacks " + Amount.ofMinor(-available, id.currency()));
        }
      }
      return null;
    }

    /** How the request changed the account, on its natural side. */
    private long naturalChange(AccountState state, int first) {
      for (Before b : before.subList(first, before.size())) {
        if (b.state() == state) {
          return state.spec.type().natural(state.balance) - state.spec.type().natural(b.balance());
        }
      }
      return 0;
    }

    void undo() {
      for (int i = before.size() - 1; i >= 0; i--) {
        Before b = before.get(i);
        b.state().balance = b.balance();
        b.state().held = b.held();
        b.state().seq = b.seq();
        b.state().changed = b.changed();
      }
      for (int i = holdsBefore.size() - 1; i >= 0; i--) {
        HoldBefore b = holdsBefore.get(i);
        b.state().remaining = b.remaining();
        b.state().changed = b.changed();
      }
      holdsMade.forEach(holds::remove);
      reversedNow.forEach(reversed::remove);
      lines.subList(linesBefore, lines.size()).clear();
    }
  }

  private AccountState account(AccountId id) {
    AccountState state = accounts.get(id);
    if (state == null) {
      throw new IllegalStateException(id + " was not loaded");
    }
    return state;
  }

  private static Refusal refusal(Request request, RefusalReason reason, String message) {
    return new Refusal(request.id(), reason, message);
  }
}
