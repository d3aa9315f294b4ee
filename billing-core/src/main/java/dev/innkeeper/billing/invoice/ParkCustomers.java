package dev.innkeeper.billing.invoice;

import java.util.Map;
import java.util.UUID;

/**
 * Ends a chunk's transaction: some of its customers can't be billed, though their charges were
 * taken. The chunk is run again without them.
 */
final class ParkCustomers extends RuntimeException {
  private final transient Map<UUID, String> reasons;

  ParkCustomers(Map<UUID, String> reasons) {
    super("customers can't be billed: " + reasons, null, false, false);
    this.reasons = Map.copyOf(reasons);
  }

  Map<UUID, String> reasons() {
    return reasons;
  }
}
