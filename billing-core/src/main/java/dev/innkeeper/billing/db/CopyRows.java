package dev.innkeeper.billing.db;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.ByteConverter;

/**
 * Rows for one {@code COPY … FROM STDIN WITH (FORMAT binary)}, which takes about half the time of
 * an insert over arrays and spares both sides the text. It is part of the connection's transaction
 * like any statement.
 *
 * <p>Columns are given from left to right, each by the method of its type: the server does not
 * convert. All rows are held in memory, about 1 MB for a thousand invoices. Not thread-safe.
 */
public final class CopyRows {
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final int SIZE_FIRST = 1 << 16;
  private static final int UUID_OID = 2950;
  private static final byte JSONB_VERSION = 1;
  private static final int NULL_LENGTH = -1;

  private final int columns;
  private byte[] bytes = new byte[SIZE_FIRST];
  private int size;
  private int rows;
  private int left;

  /**
   * @param columns of the statement
   */
  public CopyRows(int columns) {
    this.columns = columns;
    System.arraycopy(HEADER, 0, bytes, 0, HEADER.length);
    this.size = HEADER.length;
  }

  /** Begins a row; the one before must have all its columns. */
  public CopyRows row() {
    requireWhole();
    room(Short.BYTES);
    ByteConverter.int2(bytes, size, columns);
    size += Short.BYTES;
    left = columns;
    rows++;
    return this;
  }

  /** A {@code uuid}. */
  public CopyRows id(@Nullable UUID value) {
    if (value == null) {
      return none();
    }
    length(2 * Long.BYTES);
    number8(value.getMostSignificantBits());
    number8(value.getLeastSignificantBits());
    return this;
  }

  /** A {@code uuid[]} without nulls. */
  public CopyRows ids(UUID[] values) {
    byte[] array = SqlArrays.bytes(UUID_OID, values);
    return raw(array, array.length);
  }

  /** A {@code smallint}. */
  public CopyRows int2(int value) {
    length(Short.BYTES);
    ByteConverter.int2(bytes, size, value);
    size += Short.BYTES;
    return this;
  }

  /** An {@code int}. */
  public CopyRows int4(@Nullable Integer value) {
    if (value == null) {
      return none();
    }
    length(Integer.BYTES);
    ByteConverter.int4(bytes, size, value);
    size += Integer.BYTES;
    return this;
  }

  /** A {@code bigint}. */
  public CopyRows int8(@Nullable Long value) {
    return value == null ? none() : int8(value.longValue());
  }

  /** A {@code bigint} that is there. */
  public CopyRows int8(long value) {
    length(Long.BYTES);
    number8(value);
    return this;
  }

  /** A {@code timestamptz}; what is below a microsecond is cut off. */
  public CopyRows instant(@Nullable Instant value) {
    return value == null ? none() : int8(SqlArrays.micros(value));
  }

  /** A {@code numeric}. */
  public CopyRows decimal(@Nullable BigDecimal value) {
    if (value == null) {
      return none();
    }
    byte[] digits = ByteConverter.numeric(value);
    return raw(digits, digits.length);
  }

  /** A {@code text}. */
  public CopyRows text(@Nullable String value) {
    if (value == null) {
      return none();
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return raw(utf8, utf8.length);
  }

  /** A {@code bytea}. */
  public CopyRows bytea(byte[] value) {
    return raw(value, value.length);
  }

  /** A JSON document in its binary type, given as text. */
  public CopyRows jsonb(String json) {
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    length(1 + utf8.length);
    bytes[size++] = JSONB_VERSION;
    System.arraycopy(utf8, 0, bytes, size, utf8.length);
    size += utf8.length;
    return this;
  }

  private CopyRows none() {
    column();
    room(Integer.BYTES);
    ByteConverter.int4(bytes, size, NULL_LENGTH);
    size += Integer.BYTES;
    return this;
  }

  private CopyRows raw(byte[] value, int count) {
    length(count);
    System.arraycopy(value, 0, bytes, size, count);
    size += count;
    return this;
  }

  private void length(int count) {
    column();
    room(Integer.BYTES + count);
    ByteConverter.int4(bytes, size, count);
    size += Integer.BYTES;
  }

  private void number8(long value) {
    ByteConverter.int8(bytes, size, value);
    size += Long.BYTES;
  }

  private void column() {
    if (left-- <= 0) {
      throw new IllegalStateException("a row has " + columns + " columns");
    }
  }

  private void requireWhole() {
    if (left != 0) {
      throw new IllegalStateException("the row before lacks " + left + " columns");
    }
  }

  private void room(int count) {
    if (bytes.length - size < count) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, count), 2 * bytes.length));
    }
  }

  /**
   * Sends the rows, if there are any.
   *
   * @param sql {@code copy table (columns) from stdin with (format binary)}
   * @throws IllegalStateException when not all are written; the transaction is then to be rolled
   *     back
   */
  public void execute(Connection connection, String sql) {
    requireWhole();
    if (rows == 0) {
      return;
    }
    room(Short.BYTES);
    ByteConverter.int2(bytes, size, -1);
    try {
      CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
      try {
        copy.writeToCopy(bytes, 0, size + Short.BYTES);
        long written = copy.endCopy();
        if (written != rows) {
          throw new IllegalStateException(written + " of " + rows + " rows were written");
        }
      } finally {
        if (copy.isActive()) {
          copy.cancelCopy();
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("rows could not be copied: " + e.getMessage(), e);
    }
  }
}
