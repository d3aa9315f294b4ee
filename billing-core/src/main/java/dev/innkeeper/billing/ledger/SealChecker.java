package dev.innkeeper.billing.ledger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Compares seals with rows, and names the rows that don't fit. Thread-safe. */
final class SealChecker {
  private final List<Finding> findings = Collections.synchronizedList(new ArrayList<>());

  void add(Finding.Kind kind, String table, String row, String message) {
    if (findings.size() < AuditReport.FINDINGS_MAX) {
      findings.add(new Finding(kind, table, row, message));
    }
  }

  List<Finding> findings() {
    return List.copyOf(findings);
  }

  /**
   * Checks that one seal follows the other.
   *
   * @param number the number that must come now
   * @param previous the hash that it must carry
   */
  void chain(Seal seal, long number, Hash previous) {
    for (long missing = number; missing < seal.number(); missing++) {
      add(Finding.Kind.REMOVED, "ledger_seal", Long.toString(missing), "the seal is missing");
    }
    if (seal.number() == number && !seal.previous().equals(previous)) {
      add(
          Finding.Kind.REORDERED,
          "ledger_seal",
          Long.toString(number),
          "the seal does not follow seal " + (number - 1));
    }
  }

  /** Checks the rows of one seal. */
  void rows(Seal seal, Map<UUID, List<RowLine>> rows) {
    Seal now = Seal.of(seal.number(), seal.previous(), seal.sealedAt(), seal.ids(), rows);
    boolean sameChecksums = now.checksums().isSame(seal.checksums());
    if (now.hash().equals(seal.hash()) && sameChecksums) {
      return;
    }
    if (seal.checksums().count(RowLine.TRANSFER) > seal.ids().size()) {
      alteredItself(seal, "it has more checksums than transfers");
      return;
    }
    int before = findings.size();
    int line = 0;
    for (UUID id : seal.ids()) {
      int begin = line;
      do {
        line++;
      } while (line < seal.checksums().count() && seal.checksums().tag(line) != RowLine.TRANSFER);
      if (line > seal.checksums().count()) {
        alteredItself(seal, "it has fewer checksums than transfers");
        return;
      }
      compare(seal, id, new Range(begin, line), rows.getOrDefault(id, List.of()));
    }
    if (findings.size() == before) {
      alteredItself(seal, "its rows fit its checksums, its hash does not");
    }
  }

  private void alteredItself(Seal seal, String why) {
    add(
        Finding.Kind.ALTERED,
        "ledger_seal",
        Long.toString(seal.number()),
        "the seal itself is not what it was: " + why);
  }

  private record Range(int from, int to) {}

  /** Goes through a transfer's lines as they were and as they are. */
  private void compare(Seal seal, UUID id, Range sealed, List<RowLine> lines) {
    int entry = -1;
    int at = 0;
    boolean entryFits = true;
    for (int i = sealed.from(); i < sealed.to(); i++) {
      char tag = seal.checksums().tag(i);
      entry += tag == RowLine.ENTRY ? 1 : 0;
      int number = Math.max(entry, 0);
      while (at < lines.size() && isBefore(lines.get(at), tag, number)) {
        inserted(seal, id, lines.get(at++));
      }
      RowLine line = at < lines.size() ? lines.get(at) : null;
      if (line != null && line.tag() == tag && line.number() == number) {
        at++;
        entryFits = RowLine.checksum(line.toBytes()) == seal.checksums().checksum(i);
        if (!entryFits) {
          add(Finding.Kind.ALTERED, RowLine.table(tag), key(id, line), sealedIn(seal));
        }
      } else if (tag != RowLine.ACCOUNT || entryFits) {
        // An account is found by its entry; where that was altered, nothing can be said of it.
        entryFits = false;
        add(
            Finding.Kind.REMOVED,
            RowLine.table(tag),
            tag == RowLine.ENTRY || tag == RowLine.ACCOUNT
                ? "line " + number + " of transfer " + id
                : id.toString(),
            sealedIn(seal));
      }
    }
    while (at < lines.size()) {
      inserted(seal, id, lines.get(at++));
    }
  }

  /** Whether a line stands before the place where one of this tag and number would. */
  private static boolean isBefore(RowLine line, char tag, int number) {
    if (line.tag() == RowLine.ENTRY && tag == RowLine.ENTRY) {
      return line.number() < number;
    }
    if (line.tag() == RowLine.ENTRY && tag == RowLine.ACCOUNT) {
      return line.number() <= number;
    }
    return line.tag() == RowLine.ACCOUNT && tag == RowLine.ENTRY && line.number() < number;
  }

  private void inserted(Seal seal, UUID id, RowLine line) {
    if (line.tag() != RowLine.ACCOUNT) {
      add(Finding.Kind.INSERTED, RowLine.table(line.tag()), key(id, line), sealedIn(seal));
    }
  }

  private static String key(UUID id, RowLine line) {
    String[] values = line.text().split("\t", -1);
    return switch (line.tag()) {
      case RowLine.ENTRY ->
          "line "
              + line.number()
              + " of transfer "
              + id
              + ", entry "
              + values[5]
              + " of account "
              + values[3]
              + "/"
              + values[4];
      case RowLine.ACCOUNT -> values[1] + "/" + values[2] + " (" + values[3] + ")";
      default -> id.toString();
    };
  }

  private static String sealedIn(Seal seal) {
    return "not as it was sealed in seal " + seal.number() + " at " + seal.sealedAt();
  }
}
