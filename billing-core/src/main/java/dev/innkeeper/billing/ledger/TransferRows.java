package dev.innkeeper.billing.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows of given transfers. Rows come and are asked for in the order of the ids, nearly always:
 * then each is found beside the one before, without hashing. Not thread-safe.
 */
final class TransferRows {
  private static final int ROWS_OF_A_TRANSFER = 3;

  private final List<UUID> ids;
  private final List<@Nullable List<SealedRow>> rows;
  private int last;
  private @Nullable Map<UUID, Integer> places;

  TransferRows(List<UUID> ids) {
    this.ids = ids;
    this.rows = new ArrayList<>(ids.size());
    ids.forEach(id -> rows.add(null));
  }

  /** Adds a row of one of the transfers, whether or not its own is there. */
  void add(UUID id, SealedRow row) {
    int place = place(id);
    if (place < 0) {
      throw new IllegalStateException("a row of transfer " + id + ", which was not asked for");
    }
    List<SealedRow> own = rows.get(place);
    if (own == null) {
      own = new ArrayList<>(ROWS_OF_A_TRANSFER);
      rows.set(place, own);
    }
    own.add(row);
  }

  /** None for a transfer that is gone, or was not asked for. */
  List<SealedRow> of(UUID id) {
    int place = place(id);
    List<SealedRow> own = place < 0 ? null : rows.get(place);
    return own == null ? List.of() : own;
  }

  /** Brings each transfer's into the order in which they are sealed. */
  void sort() {
    for (List<SealedRow> own : rows) {
      if (own != null) {
        SealedRow.sort(own);
      }
    }
  }

  private int place(UUID id) {
    if (last < ids.size() && ids.get(last).equals(id)) {
      return last;
    }
    int next = last + 1 < ids.size() ? last + 1 : 0;
    if (next < ids.size() && ids.get(next).equals(id)) {
      last = next;
      return next;
    }
    Integer place = places().get(id);
    if (place == null) {
      return -1;
    }
    last = place;
    return place;
  }

  private Map<UUID, Integer> places() {
    if (places == null) {
      places = new HashMap<>();
      for (int i = 0; i < ids.size(); i++) {
        places.putIfAbsent(ids.get(i), i);
      }
    }
    return places;
  }
}
