package dev.innkeeper.billing.db;

import dev.innkeeper.billing.bytes.ByteWriter;
import dev.innkeeper.billing.json.Json;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
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
 * convert. Rows are sent while they come, some 64 KB at a time, so the connection is of no other
 * use before {@link #finish}. Closed without it, nothing is written and the transaction is to be
 * rolled back. Not thread-safe.
 */
public final class CopyRows implements AutoCloseable {
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final int SENT_FROM = 1 << 16;
  private static final int ROOM_FIRST = 1 << 12;
  private static final byte JSONB_VERSION = 1;
  private static final int NULL_LENGTH = -1;

  /** The server's digits are of base 10,000, with a point between two of them. */
  private static final int GROUP = 10_000;

  private static final int GROUP_DIGITS = 4;
  private static final long[] POWERS = {1, 10, 100, 1_000};

  /** With so many, three zeros can be appended and it is still a {@code long}. */
  private static final int SHORT_DIGITS = 15;

  /** Count, weight of the first digit, sign, scale. */
  private static final int NUMERIC_HEADER = 4;

  private static final int NUMERIC_NEGATIVE = 0x4000;

  private final Connection connection;
  private final String sql;
  private final int columns;
  private final ByteWriter bytes = new ByteWriter(ROOM_FIRST);
  private final short[] digits = new short[SHORT_DIGITS / GROUP_DIGITS + 2];
  private @Nullable CopyIn copy;
  private long rows;
  private int left;

  /**
   * Sends nothing yet.
   *
   * @param sql {@code copy table (columns) from stdin with (format binary)}
   * @param columns of the statement
   */
  public CopyRows(Connection connection, String sql, int columns) {
    this.connection = connection;
    this.sql = sql;
    this.columns = columns;
    bytes.bytes(HEADER);
  }

  /** Begins a row; the one before must have all its columns. */
  public CopyRows row() {
    requireWhole();
    if (bytes.size() >= SENT_FROM) {
      send();
    }
    bytes.int2(columns);
    left = columns;
    rows++;
    return this;
  }

  /** A {@code uuid}. */
  public CopyRows id(@Nullable UUID value) {
    if (value == null) {
      return none();
    }
    length(2 * Long.BYTES).id(value);
    return this;
  }

  /** A {@code smallint}. */
  public CopyRows int2(int value) {
    length(Short.BYTES).int2(value);
    return this;
  }

  /** An {@code int}. */
  public CopyRows int4(@Nullable Integer value) {
    if (value == null) {
      return none();
    }
    length(Integer.BYTES).int4(value);
    return this;
  }

  /** A {@code bigint}. */
  public CopyRows int8(@Nullable Long value) {
    return value == null ? none() : int8(value.longValue());
  }

  /** A {@code bigint} that is there. */
  public CopyRows int8(long value) {
    length(Long.BYTES).int8(value);
    return this;
  }

  /** A {@code timestamptz}; what is below a microsecond is cut off. */
  public CopyRows instant(@Nullable Instant value) {
    return value == null ? none() : int8(SqlValues.micros(value));
  }

  /** A {@code numeric}. */
  public CopyRows decimal(@Nullable BigDecimal value) {
    if (value == null) {
      return none();
    }
    if (value.scale() < 0 || value.precision() > SHORT_DIGITS) {
      return bytea(ByteConverter.numeric(value));
    }
    // As nearly all numbers are short, they are cut into the server's digits as a long: the
    // driver's way takes a division of big numbers for each.
    int scale = value.scale();
    int groups = (scale + GROUP_DIGITS - 1) / GROUP_DIGITS;
    long unscaled = value.unscaledValue().longValue();
    long rest = Math.abs(unscaled) * POWERS[groups * GROUP_DIGITS - scale];
    int count = 0;
    int weight = -groups - 1;
    for (; rest != 0; rest /= GROUP) {
      short group = (short) (rest % GROUP);
      weight++;
      if (count > 0 || group != 0) {
        digits[count++] = group;
      }
    }
    length((NUMERIC_HEADER + count) * Short.BYTES)
        .int2(count)
        .int2(count == 0 ? 0 : weight)
        .int2(unscaled < 0 ? NUMERIC_NEGATIVE : 0)
        .int2(scale);
    while (count > 0) {
      bytes.int2(digits[--count]);
    }
    return this;
  }

  /** A {@code text}. */
  public CopyRows text(@Nullable String value) {
    if (value == null) {
      return none();
    }
    column().text(value);
    return this;
  }

  /** A {@code bytea}. */
  public CopyRows bytea(byte[] value) {
    length(value.length).bytes(value);
    return this;
  }

  /** A JSON document in its binary type. */
  public CopyRows jsonb(Json value) {
    value.writeTo(length(1 + value.size()).int1(JSONB_VERSION));
    return this;
  }

  private CopyRows none() {
    length(NULL_LENGTH);
    return this;
  }

  private ByteWriter length(int count) {
    return column().int4(count);
  }

  private ByteWriter column() {
    if (left-- <= 0) {
      throw new IllegalStateException("a row has " + columns + " columns");
    }
    return bytes;
  }

  private void requireWhole() {
    if (left != 0) {
      throw new IllegalStateException("the row before lacks " + left + " columns");
    }
  }

  private CopyIn send() {
    try {
      CopyIn to = copy;
      if (to == null) {
        to = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        copy = to;
      }
      bytes.writeTo(to::writeToCopy);
      bytes.clear();
      return to;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Has the rows written, if there are any.
   *
   * @throws IllegalStateException when not all are; the transaction is then to be rolled back
   */
  public void finish() {
    requireWhole();
    if (rows == 0) {
      return;
    }
    bytes.int2(-1);
    try {
      long written = send().endCopy();
      if (written != rows) {
        throw new IllegalStateException(written + " of " + rows + " rows were written");
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static IllegalStateException failed(SQLException e) {
    return new IllegalStateException("rows could not be copied: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      if (copy != null && copy.isActive()) {
        copy.cancelCopy();
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }
}
