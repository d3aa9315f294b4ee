package dev.innkeeper.billing.ledger;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * One row of the books: its values in a fixed order, as {@link CopyRow} has them. Seals hash these
 * bytes, and exports carry them, so that a seal can be checked without the database. Nobody changes
 * the bytes; they are not copied, for there are very many.
 */
final class SealedRow {
  static final char TRANSFER = 'T';
  static final char HOLD = 'H';
  static final char ENTRY = 'E';
  static final char ACCOUNT = 'A';

  /** The columns of the rows, as they are numbered below. */
  static final String TRANSFER_COLUMNS =
      "t.id, t.owner, t.kind, t.status, t.reason, t.message, t.request_hash, t.linked, t.reverses,"
          + " t.hold, t.hold_amount, t.account, t.effective_at, t.recorded_at, t.metadata";

  static final String HOLD_COLUMNS = "h.id, h.owner, h.account, h.amount, h.expires_at";

  static final String ENTRY_COLUMNS =
      "e.transfer_id, e.line, e.owner, e.account, e.seq, e.amount, e.balance_after, e.recorded_at";

  static final String ACCOUNT_COLUMNS =
      "a.owner, a.account, a.code, a.currency, a.lane, a.type, a.floor, a.opened_at";

  /** What a row has for a number that is of the transfer itself, not of one of its entries. */
  static final int OF_TRANSFER = -1;

  private static final String RANKS = "THEA";

  /** As they are sealed; what only a tampered table has twice, by all its bytes. */
  private static final Comparator<SealedRow> ORDER =
      Comparator.comparingInt(SealedRow::number)
          .thenComparingInt(row -> RANKS.indexOf(row.tag))
          .thenComparing((a, b) -> Arrays.compareUnsigned(a.bytes, b.bytes));

  private final char tag;
  private final int number;
  private final byte[] bytes;

  /**
   * @param tag what row it is
   * @param number the entry's number within its transfer, also of the account that stands with it;
   *     {@link #OF_TRANSFER} for other rows
   */
  SealedRow(char tag, int number, byte[] bytes) {
    this.tag = tag;
    this.number = number;
    this.bytes = bytes;
  }

  char tag() {
    return tag;
  }

  int number() {
    return number;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Brings a transfer's rows into the order in which they are sealed. */
  static void sort(List<SealedRow> rows) {
    for (int i = 1; i < rows.size(); i++) {
      if (ORDER.compare(rows.get(i - 1), rows.get(i)) > 0) {
        rows.sort(ORDER);
        return;
      }
    }
  }

  /** Whether the row stands before the place where one of this tag and number would. */
  boolean isBefore(char otherTag, int otherNumber) {
    return number == otherNumber
        ? RANKS.indexOf(tag) < RANKS.indexOf(otherTag)
        : number < otherNumber;
  }

  int checksum() {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** The row's key, for people. */
  String key(UUID transferId) {
    CopyRow row = new CopyRow(bytes);
    return switch (tag) {
      case ENTRY ->
          "line "
              + number
              + " of transfer "
              + transferId
              + ", entry "
              + row.number(4)
              + " of account "
              + row.id(2)
              + "/"
              + row.number(3);
      case ACCOUNT -> row.id(0) + "/" + row.number(1) + " (" + row.text(2) + ")";
      default -> transferId.toString();
    };
  }

  /** The table that a row is in. */
  static String table(char tag) {
    return switch (tag) {
      case TRANSFER -> "ledger_transfer";
      case HOLD -> "ledger_hold";
      case ENTRY -> "ledger_entry";
      case ACCOUNT -> "ledger_account";
      default -> throw new IllegalArgumentException("no row has the tag " + tag);
    };
  }
}
