package dev.innkeeper.billing.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * One link of the chain: the hash of the link before and of every row that belongs to some
 * transfers.
 *
 * @param ids the transfers, in the order in which they are hashed
 * @param checksums a tag and a CRC of every row: they tell which row does not fit
 */
record Seal(Place place, Hash hash, List<UUID> ids, Checksums checksums) {

  /** What the first seal has before it. */
  static final Hash BEGINNING = Hash.stored(new byte[32]);

  private static final int COLUMNS = 8;

  /**
   * Where a seal stands; covered by its hash.
   *
   * @param number counts from 1 without a gap
   * @param previous the hash of the seal before
   * @param recorded when the transfers were recorded, from the first to the last
   */
  record Place(long number, Hash previous, Instant sealedAt, RowReader.Span recorded) {
    private byte[] toBytes() {
      return String.join(
              "\t",
              "S",
              Long.toString(number),
              previous.toString(),
              Long.toString(Request.micros(sealedAt)),
              Long.toString(Request.micros(recorded.from())),
              Long.toString(Request.micros(recorded.to())) + '\n')
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  long number() {
    return place.number();
  }

  Hash previous() {
    return place.previous();
  }

  Instant sealedAt() {
    return place.sealedAt();
  }

  RowReader.Span recorded() {
    return place.recorded();
  }

  /** The tags and checksums of a seal's rows, packed. */
  static final class Checksums {
    private static final int SIZE = 1 + Integer.BYTES;
    private final byte[] bytes;

    Checksums(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    int count() {
      return bytes.length / SIZE;
    }

    /** How many rows have the tag. */
    int count(char tag) {
      int count = 0;
      for (int row = 0; row < count(); row++) {
        count += tag(row) == tag ? 1 : 0;
      }
      return count;
    }

    char tag(int row) {
      return (char) bytes[row * SIZE];
    }

    int checksum(int row) {
      return ByteBuffer.wrap(bytes).getInt(row * SIZE + 1);
    }

    byte[] toBytes() {
      return bytes.clone();
    }

    boolean isSame(Checksums other) {
      return MessageDigest.isEqual(bytes, other.bytes);
    }
  }

  /** The hash and the checksums of rows, which can be told before the seal's place is known. */
  record Content(List<UUID> ids, Hash hash, Checksums checksums) {
    Seal at(Place place) {
      MessageDigest digest = Hash.sha512Half();
      digest.update(place.toBytes());
      digest.update(hash.toBytes());
      return new Seal(place, Hash.stored(digest.digest()), ids, checksums);
    }
  }

  static Content content(List<UUID> ids, TransferRows rows) {
    MessageDigest digest = Hash.sha512Half();
    ByteBuffer checksums = ByteBuffer.allocate(Checksums.SIZE * count(ids, rows));
    for (UUID id : ids) {
      for (SealedRow row : rows.of(id)) {
        digest.update((byte) row.tag());
        digest.update(row.bytes());
        checksums.put((byte) row.tag()).putInt(row.checksum());
      }
    }
    return new Content(ids, Hash.stored(digest.digest()), new Checksums(checksums.array()));
  }

  private static int count(List<UUID> ids, TransferRows rows) {
    int count = 0;
    for (UUID id : ids) {
      count += rows.of(id).size();
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
        Long.toString(number()),
        previous().toString(),
        hash.toString(),
        Long.toString(Request.micros(sealedAt())),
        Long.toString(Request.micros(recorded().from())),
        Long.toString(Request.micros(recorded().to())),
        idsText,
        Base64.getEncoder().encodeToString(checksums.toBytes()));
  }

  /** Reads {@link #toLine}. */
  static Seal parse(String line) {
    String[] parts = line.split("\t", -1);
    if (parts.length != COLUMNS) {
      throw new IllegalArgumentException("not a line of exported seals");
    }
    List<UUID> ids = new ArrayList<>();
    for (String id : parts[6].split(",", -1)) {
      ids.add(UUID.fromString(id));
    }
    return new Seal(
        new Place(
            Long.parseLong(parts[0]),
            Hash.stored(HexFormat.of().parseHex(parts[1])),
            instant(parts[3]),
            new RowReader.Span(instant(parts[4]), instant(parts[5]))),
        Hash.stored(HexFormat.of().parseHex(parts[2])),
        List.copyOf(ids),
        new Checksums(Base64.getDecoder().decode(parts[7])));
  }

  private static Instant instant(String micros) {
    return Request.instant(Long.parseLong(micros));
  }
}
