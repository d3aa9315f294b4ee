package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.invoice.DueClaims.Due;
import dev.innkeeper.billing.invoice.DueClaims.Position;
import java.util.List;

/** How far the workers of a run have got through the due rows. Thread-safe. */
final class Scan {
  private Position position = Position.START;

  synchronized Position position() {
    return position;
  }

  /** Moves behind the last of what a worker claimed, unless another is further on. */
  synchronized void advance(List<Due> claimed) {
    if (!claimed.isEmpty()) {
      Due last = claimed.get(claimed.size() - 1);
      if (!last.nextAt().isBefore(position.nextAt())) {
        position = new Position(last.nextAt(), last.customerId());
      }
    }
  }

  /** Begins again; false when it was at the start already. */
  synchronized boolean restart() {
    boolean moved = !position.equals(Position.START);
    position = Position.START;
    return moved;
  }
}
