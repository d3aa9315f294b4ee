package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.work.DueWork;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Frees what is left of holds whose time is over. Several nodes may do so at once: the release's id
 * follows from the hold's, so that it happens once. Thread-safe.
 */
final class HoldExpiry implements DueWork {
  private static final int HOLDS_A_BATCH = 500;

  private final HoldReader holds;
  private final Ledger ledger;

  HoldExpiry(HoldReader holds, Ledger ledger) {
    this.holds = holds;
    this.ledger = ledger;
  }

  @Override
  public String name() {
    return "ledger-holds";
  }

  @Override
  public int runBatch(Instant now) {
    List<HoldStatus> expired = holds.expired(now, HOLDS_A_BATCH);
    List<List<Request>> releases = new ArrayList<>();
    for (HoldStatus status : expired) {
      Hold hold = status.hold();
      Request.Head head =
          Request.Head.of(
              Hash.of(out -> out.text("hold-expired").id(hold.id())).toId(), "hold-expired");
      Action action =
          new Action.Release(new Action.HoldKey(hold.id(), hold.account()), Action.Cause.EXPIRED);
      releases.add(List.of(Request.of(head, List.of(), action)));
    }
    return (int) ledger.book(releases).stream().filter(PostResult::isPosted).count();
  }
}
