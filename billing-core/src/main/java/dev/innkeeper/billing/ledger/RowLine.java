package dev.innkeeper.billing.ledger;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * One row of the books as text: its values in a fixed order, parted by tabs. Seals hash these
 * lines, and exports carry them, so that a seal can be checked without the database.
 *
 * @param tag what row it is
 * @param number the entry's number within its transfer; 0 for other rows
 * @param text starts with the tag
 */
record RowLine(char tag, int number, String text) {
  static final char TRANSFER = 'T';
  static final char HOLD = 'H';
  static final char ENTRY = 'E';
  static final char ACCOUNT = 'A';

  byte[] toBytes() {
    return (text + '\n').getBytes(StandardCharsets.UTF_8);
  }

  static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** The table that the row is in. */
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
