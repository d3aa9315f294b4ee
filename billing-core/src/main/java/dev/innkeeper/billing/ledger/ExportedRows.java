package dev.innkeeper.billing.ledger;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads exported rows, which are in the order of the seals unless somebody sealed anew. What comes
 * too early is kept until it is asked for, up to a limit. Confined to one thread.
 */
final class ExportedRows {
  /** So many transfers are kept that nobody asked for yet. */
  static final int AHEAD_MAX = 100_000;

  private static final int COLUMNS = 4;

  private final BufferedReader in;
  private final Map<UUID, List<SealedRow>> ahead = new HashMap<>();
  private @Nullable Line next;

  private record Line(UUID id, SealedRow row) {}

  ExportedRows(Reader in) throws IOException {
    this.in = new BufferedReader(in);
    this.next = readLine();
  }

  static String toLine(UUID id, SealedRow row) {
    return String.join(
        "\t",
        id.toString(),
        Integer.toString(row.number()),
        String.valueOf(row.tag()),
        Base64.getEncoder().encodeToString(row.bytes()));
  }

  private @Nullable Line readLine() throws IOException {
    String text = in.readLine();
    if (text == null) {
      return null;
    }
    String[] parts = text.split("\t", -1);
    if (parts.length != COLUMNS || parts[2].length() != 1) {
      throw new IllegalArgumentException("not a line of exported rows");
    }
    return new Line(
        UUID.fromString(parts[0]),
        new SealedRow(
            parts[2].charAt(0), Integer.parseInt(parts[1]), Base64.getDecoder().decode(parts[3])));
  }

  /** The rows of these transfers, as far as they are found. */
  TransferRows of(List<UUID> ids) throws IOException {
    TransferRows found = new TransferRows(ids);
    Set<UUID> wanted = new HashSet<>(ids);
    for (UUID id : ids) {
      List<SealedRow> kept = ahead.remove(id);
      if (kept != null) {
        kept.forEach(row -> found.add(id, row));
        wanted.remove(id);
      }
    }
    while (!wanted.isEmpty() && next != null && ahead.size() < AHEAD_MAX) {
      UUID id = next.id();
      List<SealedRow> group = group(id);
      if (wanted.remove(id)) {
        group.forEach(row -> found.add(id, row));
      } else {
        ahead.merge(id, group, ExportedRows::joined);
      }
    }
    return found;
  }

  private List<SealedRow> group(UUID id) throws IOException {
    List<SealedRow> group = new ArrayList<>();
    while (next != null && next.id().equals(id)) {
      group.add(next.row());
      next = readLine();
    }
    return group;
  }

  private static List<SealedRow> joined(List<SealedRow> some, List<SealedRow> others) {
    List<SealedRow> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }
}
