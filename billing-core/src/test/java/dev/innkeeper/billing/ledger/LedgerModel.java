package dev.innkeeper.billing.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What the ledger must do, said as simply as possible and without a database. */
final class LedgerModel {
  /** Something to ask of the ledger. */
  sealed interface Command {}

  record Post(List<Transfer> transfers, boolean linked) implements Command {}

  record Reserve(Hold hold) implements Command {}

  record Capture(UUID hold, Transfer transfer) implements Command {}

  record Release(UUID hold, UUID id) implements Command {}

  record Reverse(UUID original, UUID id) implements Command {}

  private final Map<AccountId, Long> balances = new HashMap<>();
  private final Map<AccountId, Long> held = new HashMap<>();
  private final Map<AccountId, AccountSpec> opened = new HashMap<>();
  private final Map<UUID, Long> holds = new HashMap<>();
  private final Map<UUID, Hold> holdTerms = new HashMap<>();
  private final Map<UUID, Transfer> posted = new HashMap<>();
  private final Set<UUID> reversed = new HashSet<>();

  void open(AccountSpec spec) {
    opened.put(spec.id(), spec);
  }

  /** Debits minus credits. */
  long balance(AccountId id) {
    return balances.getOrDefault(id, 0L);
  }

  Map<AccountId, Long> balances() {
    return balances;
  }

  long held(AccountId id) {
    return held.getOrDefault(id, 0L);
  }

  long natural(AccountId id) {
    return spec(id).type().natural(balance(id));
  }

  private AccountSpec spec(AccountId id) {
    AccountSpec spec = opened.get(id);
    return spec == null ? Chart.find(id) : spec;
  }

  /** The answers; empty for one that is booked. */
  List<Optional<RefusalReason>> run(Command command) {
    if (command instanceof Post post) {
      return post.linked() ? linked(post.transfers()) : each(post.transfers());
    }
    if (command instanceof Reserve reserve) {
      return List.of(reserve(reserve.hold()));
    }
    if (command instanceof Capture capture) {
      return List.of(capture(capture.hold(), capture.transfer()));
    }
    if (command instanceof Release release) {
      return List.of(release(release.hold()));
    }
    Reverse reverse = (Reverse) command;
    return List.of(reverse(reverse.original(), reverse.id()));
  }

  private List<Optional<RefusalReason>> each(List<Transfer> transfers) {
    List<Optional<RefusalReason>> answers = new ArrayList<>();
    transfers.forEach(t -> answers.add(post(t)));
    return answers;
  }

  private List<Optional<RefusalReason>> linked(List<Transfer> transfers) {
    Map<AccountId, Long> before = Map.copyOf(balances);
    for (Transfer transfer : transfers) {
      Optional<RefusalReason> answer = post(transfer);
      if (answer.isPresent()) {
        balances.clear();
        balances.putAll(before);
        transfers.forEach(t -> posted.remove(t.id()));
        return transfers.stream()
            .map(t -> t == transfer ? answer : Optional.of(RefusalReason.LINKED_FAILED))
            .toList();
      }
    }
    return transfers.stream().map(t -> Optional.<RefusalReason>empty()).toList();
  }

  private Optional<RefusalReason> post(Transfer transfer) {
    Map<AccountId, Long> after = new HashMap<>();
    for (Posting p : transfer.postings()) {
      if (spec(p.account()) == null) {
        return Optional.of(RefusalReason.UNKNOWN_ACCOUNT);
      }
      after.merge(p.account(), p.signed(), Long::sum);
    }
    for (Map.Entry<AccountId, Long> change : after.entrySet()) {
      AccountSpec spec = spec(change.getKey());
      long naturalChange = spec.type().natural(change.getValue());
      Long floor = spec.floorMinorUnits();
      if (floor != null
          && naturalChange < 0
          && natural(spec.id()) + naturalChange - held(spec.id()) < floor) {
        return Optional.of(RefusalReason.INSUFFICIENT_FUNDS);
      }
    }
    after.forEach((id, change) -> balances.merge(id, change, Long::sum));
    posted.put(transfer.id(), transfer);
    return Optional.empty();
  }

  private Optional<RefusalReason> reserve(Hold hold) {
    AccountSpec spec = spec(hold.account());
    if (spec == null) {
      return Optional.of(RefusalReason.UNKNOWN_ACCOUNT);
    }
    long amount = hold.amount().minorUnits();
    Long floor = spec.floorMinorUnits();
    if (floor != null && natural(hold.account()) - held(hold.account()) - amount < floor) {
      return Optional.of(RefusalReason.INSUFFICIENT_FUNDS);
    }
    held.merge(hold.account(), amount, Long::sum);
    holds.put(hold.id(), amount);
    holdTerms.put(hold.id(), hold);
    return Optional.empty();
  }

  private Optional<RefusalReason> capture(UUID holdId, Transfer transfer) {
    Hold hold = holdTerms.get(holdId);
    if (hold == null) {
      return Optional.of(RefusalReason.UNKNOWN_HOLD);
    }
    long taken = 0;
    for (Posting p : transfer.postings()) {
      if (p.account().equals(hold.account())) {
        taken -= spec(hold.account()).type().natural(p.signed());
      }
    }
    long remaining = holds.get(holdId);
    if (remaining > 0 && (taken <= 0 || taken > remaining)) {
      return Optional.of(RefusalReason.HOLD_EXCEEDED);
    }
    if (remaining == 0) {
      return Optional.of(RefusalReason.HOLD_NOT_OPEN);
    }
    held.merge(hold.account(), -taken, Long::sum);
    Optional<RefusalReason> answer = post(transfer);
    if (answer.isPresent()) {
      held.merge(hold.account(), taken, Long::sum);
    } else {
      holds.put(holdId, remaining - taken);
    }
    return answer;
  }

  private Optional<RefusalReason> release(UUID holdId) {
    Hold hold = holdTerms.get(holdId);
    if (hold == null) {
      return Optional.of(RefusalReason.UNKNOWN_HOLD);
    }
    long remaining = holds.get(holdId);
    if (remaining == 0) {
      return Optional.of(RefusalReason.HOLD_NOT_OPEN);
    }
    held.merge(hold.account(), -remaining, Long::sum);
    holds.put(holdId, 0L);
    return Optional.empty();
  }

  private Optional<RefusalReason> reverse(UUID originalId, UUID id) {
    Transfer original = posted.get(originalId);
    if (original == null) {
      return Optional.of(RefusalReason.NOT_POSTED);
    }
    if (reversed.contains(originalId)) {
      return Optional.of(RefusalReason.ALREADY_REVERSED);
    }
    Transfer.Builder opposite = Transfer.builder(id, "reversal");
    for (Posting p : original.postings()) {
      opposite.posting(new Posting(p.account(), p.side().opposite(), p.minorUnits()));
    }
    Optional<RefusalReason> answer = post(opposite.build());
    if (answer.isEmpty()) {
      reversed.add(originalId);
    }
    return answer;
  }

  /** Frees every hold, as their expiry does. */
  void expireAll() {
    List.copyOf(holds.keySet()).forEach(this::release);
  }
}
