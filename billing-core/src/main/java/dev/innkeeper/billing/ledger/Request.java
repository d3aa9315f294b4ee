package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.bytes.ByteWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger is asked to do under one id.
 *
 * @param postings none for what only promises or frees
 * @param linked the first id of the group that stands or falls as one; null outside a group
 * @param hash of all that makes the request what it is; equal for a repeat, and for nothing else
 */
record Request(Head head, List<Posting> postings, Action action, @Nullable UUID linked, Hash hash) {
  private static final Hash NO_HASH = Hash.stored(new byte[32]);

  /**
   * What is noted with a request.
   *
   * @param effectiveAt null for when it is recorded
   */
  record Head(UUID id, String kind, @Nullable Instant effectiveAt, Map<String, String> metadata) {
    static Head of(UUID id, String kind) {
      return new Head(id, kind, null, Map.of());
    }

    static Head of(Transfer transfer) {
      return new Head(transfer.id(), transfer.kind(), transfer.effectiveAt(), transfer.metadata());
    }
  }

  static Request of(Transfer transfer) {
    return of(Head.of(transfer), transfer.postings(), Action.NONE);
  }

  /** To change balances by, before its notes are known: without a hash. */
  static Request unnoted(Transfer transfer) {
    return new Request(Head.of(transfer), transfer.postings(), Action.NONE, null, NO_HASH);
  }

  static Request of(Head head, List<Posting> postings, Action action) {
    return new Request(head, postings, action, null, hash(head, postings, action, List.of()));
  }

  static List<Request> linked(List<Transfer> transfers) {
    List<UUID> group = transfers.stream().map(Transfer::id).toList();
    List<Request> requests = new ArrayList<>(transfers.size());
    for (Transfer transfer : transfers) {
      Head head = Head.of(transfer);
      Hash hash = hash(head, transfer.postings(), Action.NONE, group);
      requests.add(new Request(head, transfer.postings(), Action.NONE, group.get(0), hash));
    }
    return requests;
  }

  UUID id() {
    return head.id();
  }

  /** Whose it is: the first owner that is not the house. */
  UUID owner() {
    for (Posting p : postings) {
      if (!p.account().isHouse()) {
        return p.account().owner();
      }
    }
    AccountId promised = promisedAccount();
    return promised == null ? Accounts.HOUSE : promised.owner();
  }

  /** The account whose promised part changes, or null. */
  @Nullable AccountId promisedAccount() {
    if (action instanceof Action.Reserve reserve) {
      return reserve.account();
    }
    Action.HoldKey hold = hold();
    return hold == null ? null : hold.account();
  }

  /** The earlier hold that the request is about, or null. */
  Action.@Nullable HoldKey hold() {
    if (action instanceof Action.Capture capture) {
      return capture.hold();
    }
    return action instanceof Action.Release release ? release.hold() : null;
  }

  private static Hash hash(Head head, List<Posting> postings, Action action, List<UUID> group) {
    return Hash.of(
        out -> {
          out.text(head.kind());
          Instant effective = head.effectiveAt();
          out.int8(effective == null ? Long.MIN_VALUE : micros(effective));
          out.int8(postings.size());
          for (Posting p : postings) {
            account(out, p.account()).int8(p.signed());
          }
          out.int8(head.metadata().size());
          for (Map.Entry<String, String> note : head.metadata().entrySet()) {
            out.text(note.getKey()).text(note.getValue());
          }
          out.int8(group.size());
          group.forEach(out::id);
          hash(out, action);
        });
  }

  private static void hash(ByteWriter out, Action action) {
    if (action instanceof Action.Reversal reversal) {
      out.text("reverse").id(reversal.original());
    } else if (action instanceof Action.Reserve reserve) {
      account(out.text("reserve"), reserve.account());
      out.int8(reserve.minorUnits()).int8(micros(reserve.expiresAt()));
    } else if (action instanceof Action.Capture capture) {
      out.text("capture").id(capture.hold().id());
    } else if (action instanceof Action.Release release) {
      out.text("release").id(release.hold().id()).text(release.cause().name());
    }
  }

  private static ByteWriter account(ByteWriter out, AccountId account) {
    return out.id(account.owner()).text(account.code()).text(account.currency().code());
  }

  static long micros(Instant instant) {
    return TimeUnit.SECONDS.toMicros(instant.getEpochSecond())
        + TimeUnit.NANOSECONDS.toMicros(instant.getNano());
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
