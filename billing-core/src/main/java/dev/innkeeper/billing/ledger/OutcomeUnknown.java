package dev.innkeeper.billing.ledger;

import java.util.List;
import java.util.UUID;

/**
 * The database went away for longer than the ledger waits, and it is not known whether the
 * transfers were booked. Send them again under the same ids: that books them once, or tells the
 * first outcome.
 */
public final class OutcomeUnknown extends RuntimeException {
  private final transient List<UUID> ids;

  OutcomeUnknown(List<UUID> ids, Throwable cause) {
    super(
        "the connection to the database was lost; whether "
            + ids.size()
            + " transfers, "
            + ids.get(0)
            + " first, were booked is not known. Send them again under the same ids",
        cause);
    this.ids = List.copyOf(ids);
  }

  /** The transfers in question. */
  public List<UUID> ids() {
    return ids;
  }
}
