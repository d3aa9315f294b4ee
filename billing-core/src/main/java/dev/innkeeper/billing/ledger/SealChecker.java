package dev.innkeeper.billing.ledger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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

  /** Whether the rows are what was sealed. */
  static boolean fits(Seal seal, TransferRows rows) {
    Seal now = Seal.content(seal.ids(), rows).at(seal.place());
    return now.hash().equals(seal.hash()) && now.checksums().isSame(seal.checksums());
  }

  /**
   * Names what does not fit a seal.
   *
   * @param rows all there are, wherever they were moved
   */
  void name(Seal seal, TransferRows rows) {
    if (seal.checksums().count(SealedRow.TRANSFER) > seal.ids().size()) {
      alteredItself(seal, "it has more checksums than transfers");
      return;
    }
    int before = findings.size();
    int line = 0;
    for (UUID id : seal.ids()) {
      int begin = line;
      do {
        line++;
      } while (line < seal.checksums().count() && seal.checksums().tag(line) != SealedRow.TRANSFER);
      if (line > seal.checksums().count()) {
        alteredItself(seal, "it has fewer checksums than transfers");
        return;
      }
      compare(seal, id, new Range(begin, line), rows.of(id));
    }
    if (findings.size() == before) {
      alteredItself(seal, "its rows fit its checksums, it does not fit its hash");
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

  /** Goes through a transfer's rows as they were and as they are. */
  private void compare(Seal seal, UUID id, Range sealed, List<SealedRow> rows) {
    int number = SealedRow.OF_TRANSFER;
    int at = 0;
    boolean entryFits = true;
    for (int i = sealed.from(); i < sealed.to(); i++) {
      char tag = seal.checksums().tag(i);
      number += tag == SealedRow.ENTRY ? 1 : 0;
      while (at < rows.size() && rows.get(at).isBefore(tag, number)) {
        inserted(seal, id, rows.get(at++));
      }
      SealedRow row = at < rows.size() ? rows.get(at) : null;
      if (row != null && row.tag() == tag && row.number() == number) {
        at++;
        entryFits = row.checksum() == seal.checksums().checksum(i);
        if (!entryFits) {
          add(Finding.Kind.ALTERED, SealedRow.table(tag), row.key(id), sealedIn(seal));
        }
      } else if (tag != SealedRow.ACCOUNT || entryFits) {
        // An account is found by its entry; where that was altered, nothing can be said of it.
        entryFits = false;
        add(
            Finding.Kind.REMOVED,
            SealedRow.table(tag),
            number == SealedRow.OF_TRANSFER
                ? id.toString()
                : "line " + number + " of transfer " + id,
            sealedIn(seal));
      }
    }
    while (at < rows.size()) {
      inserted(seal, id, rows.get(at++));
    }
  }

  private void inserted(Seal seal, UUID id, SealedRow row) {
    if (row.tag() != SealedRow.ACCOUNT) {
      add(Finding.Kind.INSERTED, SealedRow.table(row.tag()), row.key(id), sealedIn(seal));
    }
  }

  private static String sealedIn(Seal seal) {
    return "not as it was sealed in seal " + seal.number() + " at " + seal.sealedAt();
  }
}
