package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What one chunk of a run did.
 *
 * @param claimed customers that were looked at; none means that nothing was due
 * @param parked customers set aside
 * @param totalsMinor by currency code
 * @param invoiceIds in the order of their numbers
 */
record ChunkResult(int claimed, int parked, Map<String, Long> totalsMinor, List<UUID> invoiceIds) {
  static final ChunkResult NOTHING = new ChunkResult(0, 0, Map.of(), List.of());

  ChunkResult plus(ChunkResult other) {
    Map<String, Long> totals = new TreeMap<>(totalsMinor);
    other.totalsMinor.forEach((code, minor) -> totals.merge(code, minor, Math::addExact));
    List<UUID> ids = new java.util.ArrayList<>(invoiceIds);
    ids.addAll(other.invoiceIds);
    return new ChunkResult(claimed + other.claimed, parked + other.parked, totals, ids);
  }

  /** With credit notes added, whose totals are taken off. */
  ChunkResult less(Map<UUID, Amount> notes) {
    Map<String, Long> totals = new TreeMap<>();
    notes.values().forEach(a -> totals.merge(a.currency().code(), -a.minorUnits(), Math::addExact));
    return plus(new ChunkResult(0, 0, totals, List.copyOf(notes.keySet())));
  }
}
