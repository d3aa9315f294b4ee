package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.bytes.ByteWriter;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Over values written one after the other, of a fixed width or with their length, so that no two
 * lists look the same.
 */
final class Hash {
  private static final int SIZE_FIRST = 256;

  private final byte[] bytes;

  private Hash(byte[] bytes) {
    this.bytes = bytes;
  }

  static Hash of(Consumer<ByteWriter> content) {
    ByteWriter out = new ByteWriter(SIZE_FIRST);
    content.accept(out);
    return new Hash(out.digest(sha256()));
  }

  /** A hash as it was stored. */
  static Hash stored(byte[] bytes) {
    return new Hash(bytes.clone());
  }

  byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }

  long first8() {
    return ByteBuffer.wrap(bytes).getLong();
  }

  /** A UUID of version 8 that follows from the content. */
  UUID toId() {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long most = (in.getLong() & ~0xF000L) | 0x8000L;
    long least = (in.getLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(most, least);
  }

  static MessageDigest sha256() {
    return digest("SHA-256");
  }

  /** For much data: as long and as strong as SHA-256, and faster where words have 64 bits. */
  static MessageDigest sha512Half() {
    return digest("SHA-512/256");
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks " + name, e);
    }
  }
}
