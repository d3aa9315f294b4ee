package dev.innkeeper.billing.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.UUID;

/**
 * Values written one after the other into an array that grows and can be used again; numbers in
 * network byte order. Texts are nearly always short and of letters that take one byte or two, so
 * they are put in without an array of their own. Not thread-safe.
 */
public final class ByteWriter {
  private static final VarHandle INT2 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT4 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT8 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Characters below take one byte in UTF-8. */
  private static final char ONE_BYTE_END = 0x80;

  /** Characters below take two at most. */
  private static final char TWO_BYTES_END = 0x800;

  private byte[] bytes;
  private int size;

  /**
   * @param room for so many bytes at first
   */
  public ByteWriter(int room) {
    this.bytes = new byte[room];
  }

  /** How many bytes were written since the last {@link #clear}. */
  public int size() {
    return size;
  }

  /** Forgets what was written. */
  public void clear() {
    size = 0;
  }

  public ByteWriter int1(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public ByteWriter int2(int value) {
    room(Short.BYTES);
    INT2.set(bytes, size, (short) value);
    size += Short.BYTES;
    return this;
  }

  public ByteWriter int4(int value) {
    room(Integer.BYTES);
    INT4.set(bytes, size, value);
    size += Integer.BYTES;
    return this;
  }

  public ByteWriter int8(long value) {
    room(Long.BYTES);
    INT8.set(bytes, size, value);
    size += Long.BYTES;
    return this;
  }

  public ByteWriter id(UUID value) {
    return int8(value.getMostSignificantBits()).int8(value.getLeastSignificantBits());
  }

  public ByteWriter bytes(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  /** In UTF-8, with the number of its bytes as an {@code int} before it. */
  public ByteWriter text(String value) {
    int length = value.length();
    room(Integer.BYTES + 2 * length);
    byte[] to = bytes;
    int begin = size + Integer.BYTES;
    int at = begin;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c < ONE_BYTE_END) {
        to[at++] = (byte) c;
      } else if (c < TWO_BYTES_END) {
        to[at++] = (byte) (0xC0 | (c >> 6));
        to[at++] = (byte) (0x80 | (c & 0x3F));
      } else {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return int4(utf8.length).bytes(utf8);
      }
    }
    INT4.set(to, size, at - begin);
    size = at;
    return this;
  }

  /** A copy of what was written. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  /** The digest of what was written. */
  public byte[] digest(MessageDigest digest) {
    digest.update(bytes, 0, size);
    return digest.digest();
  }

  /** Takes bytes where they are. */
  public interface Sink<X extends Exception> {
    void write(byte[] array, int from, int count) throws X;
  }

  /** Gives what was written to a sink, without a copy. */
  public <X extends Exception> void writeTo(Sink<X> sink) throws X {
    sink.write(bytes, 0, size);
  }

  private void room(int count) {
    if (bytes.length - size < count) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, count), 2 * bytes.length));
    }
  }
}
