package dev.innkeeper.billing.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A transfer as the ledger was asked for it.
 *
 * @param linked the first id of the group that stands or falls as one; null outside a group
 * @param hash of all that makes the request what it is; equal for a repeat, and for nothing else
 */
record Request(Transfer transfer, @Nullable UUID linked, Hash hash) {

  static Request single(Transfer transfer) {
    return new Request(transfer, null, hash(transfer, List.of()));
  }

  static List<Request> linked(List<Transfer> transfers) {
    List<UUID> group = transfers.stream().map(Transfer::id).toList();
    List<Request> requests = new ArrayList<>(transfers.size());
    for (Transfer transfer : transfers) {
      requests.add(new Request(transfer, group.get(0), hash(transfer, group)));
    }
    return requests;
  }

  UUID id() {
    return transfer.id();
  }

  /** Whose transfer it is: the first owner that is not the house. */
  UUID owner() {
    for (Posting p : transfer.postings()) {
      if (!p.account().isHouse()) {
        return p.account().owner();
      }
    }
    return Accounts.HOUSE;
  }

  private static Hash hash(Transfer transfer, List<UUID> group) {
    return Hash.of(
        out -> {
          out.text(transfer.kind());
          Instant effective = transfer.effectiveAt();
          out.number(effective == null ? Long.MIN_VALUE : micros(effective));
          out.number(transfer.postings().size());
          for (Posting p : transfer.postings()) {
            AccountId account = p.account();
            out.id(account.owner()).text(account.code()).text(account.currency().code());
            out.number(p.signed());
          }
          out.number(transfer.metadata().size());
          for (Map.Entry<String, String> note : transfer.metadata().entrySet()) {
            out.text(note.getKey()).text(note.getValue());
          }
          group.forEach(out::id);
        });
  }

  static long micros(Instant instant) {
    return TimeUnit.SECONDS.toMicros(instant.getEpochSecond())
        + TimeUnit.NANOSECONDS.toMicros(instant.getNano());
  }
}
