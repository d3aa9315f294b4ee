package dev.innkeeper.billing.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One link of the chain: the hash of the link before and of every row that belongs to some
 * transfers.
 *
 * @param number counts from 1 without a gap
 * @param ids the transfers, in the order in which they are hashed
 * @param checksums a tag and a CRC of every line: they tell which row does not fit
 */
record Seal(
    long number, Hash previous, Hash hash, Instant sealedAt, List<UUID> ids, Checksums checksums) {

  /** What the first seal has before it. */
  static final Hash BEGINNING = Hash.stored(new byte[32]);

  /** The tags and checksums of a seal's lines, packed. */
  static final class Checksums {
    private static final int SIZE = 1 + Integer.BYTES;
    private final byte[] bytes;

    Checksums(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    int count() {
      return bytes.length / SIZE;
    }

    /** How many lines have the tag. */
    int count(char tag) {
      int count = 0;
      for (int line = 0; line < count(); line++) {
        count += tag(line) == tag ? 1 : 0;
      }
      return count;
    }

    char tag(int line) {
      return (char) bytes[line * SIZE];
    }

    int checksum(int line) {
      return ByteBuffer.wrap(bytes).getInt(line * SIZE + 1);
    }

    byte[] toBytes() {
      return bytes.clone();
    }

    boolean isSame(Checksums other) {
      return MessageDigest.isEqual(bytes, other.bytes);
    }

    static Checksums of(List<RowLine> lines) {
      ByteBuffer out = ByteBuffer.allocate(lines.size() * SIZE);
      for (RowLine line : lines) {
        out.put((byte) line.tag()).putInt(RowLine.checksum(line.toBytes()));
      }
      return new Checksums(out.array());
    }
  }

  /** Seals the rows as they are. */
  static Seal of(
      long number, Hash previous, Instant sealedAt, List<UUID> ids, Map<UUID, List<RowLine>> rows) {
    MessageDigest digest = Hash.sha256();
    digest.update(
        ("S\t" + number + '\t' + previous + '\t' + Request.micros(sealedAt) + '\n')
            .getBytes(StandardCharsets.UTF_8));
    ByteBuffer checksums = ByteBuffer.allocate(Checksums.SIZE * count(ids, rows));
    for (UUID id : ids) {
      for (RowLine line : rows.getOrDefault(id, List.of())) {
        byte[] bytes = line.toBytes();
        digest.update(bytes);
        checksums.put((byte) line.tag()).putInt(RowLine.checksum(bytes));
      }
    }
    return new Seal(
        number,
        previous,
        Hash.stored(digest.digest()),
        sealedAt,
        List.copyOf(ids),
        new Checksums(checksums.array()));
  }

  private static int count(List<UUID> ids, Map<UUID, List<RowLine>> rows) {
    int count = 0;
    for (UUID id : ids) {
      count += rows.getOrDefault(id, List.of()).size();
    }
    return count;
  }

  /** One line of an export. */
  String toLine() {
    StringBuilder idsText = new StringBuilder();
    for (UUID id : ids) {
      idsText.append(idsText.length() == 0 ? "" : ",").append(id);
    }
    return String.join(
        "\t",
        Long.toString(number),
        previous.toString(),
        hash.toString(),
        Long.toString(Request.micros(sealedAt)),
        idsText,
        Base64.getEncoder().encodeToString(checksums.toBytes()));
  }

  /** Reads {@link #toLine}. */
  static Seal parse(String line) {
    String[] parts = line.split("\t", -1);
    if (parts.length != 6) {
      throw new IllegalArgumentException("not a line of exported seals");
    }
    List<UUID> ids = new ArrayList<>();
    for (String id : parts[4].split(",", -1)) {
      ids.add(UUID.fromString(id));
    }
    return new Seal(
        Long.parseLong(parts[0]),
        Hash.stored(HexFormat.of().parseHex(parts[1])),
        Hash.stored(HexFormat.of().parseHex(parts[2])),
        Request.instant(Long.parseLong(parts[3])),
        List.copyOf(ids),
        new Checksums(Base64.getDecoder().decode(parts[5])));
  }
}
