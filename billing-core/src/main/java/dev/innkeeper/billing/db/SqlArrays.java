package dev.innkeeper.billing.db;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgArray;
import org.postgresql.util.ByteConverter;

/**
 * Arrays of what the driver would send as text, sign by sign, in the server's binary form. Numbers
 * and texts need no help: {@code createArrayOf} sends {@code Long[]} and {@code String[]} as they
 * are. Without nulls.
 */
public final class SqlArrays {
  private static final int UUID_OID = 2950;
  private static final int UUID_ARRAY_OID = 2951;
  private static final int TIMESTAMPTZ_OID = 1184;
  private static final int TIMESTAMPTZ_ARRAY_OID = 1185;

  /** Dimensions, flags, element type; the only dimension's length and lower bound. */
  private static final int HEADER_BYTES = 5 * Integer.BYTES;

  private static final int EMPTY_HEADER_BYTES = 3 * Integer.BYTES;

  private SqlArrays() {}

  /** A {@code uuid[]}. */
  public static Array ids(Connection connection, UUID[] values) throws SQLException {
    return array(connection, UUID_ARRAY_OID, bytes(UUID_OID, values));
  }

  /** A {@code timestamptz[]}; what is below a microsecond is cut off. */
  public static Array instants(Connection connection, Instant[] values) throws SQLException {
    int width = Integer.BYTES + Long.BYTES;
    byte[] bytes = header(TIMESTAMPTZ_OID, values.length, width);
    int at = HEADER_BYTES;
    for (Instant value : values) {
      ByteConverter.int4(bytes, at, Long.BYTES);
      ByteConverter.int8(bytes, at + Integer.BYTES, SqlValues.micros(value));
      at += width;
    }
    return array(connection, TIMESTAMPTZ_ARRAY_OID, bytes);
  }

  private static byte[] bytes(int elementOid, UUID[] values) {
    int width = Integer.BYTES + 2 * Long.BYTES;
    byte[] bytes = header(elementOid, values.length, width);
    int at = HEADER_BYTES;
    for (UUID value : values) {
      ByteConverter.int4(bytes, at, 2 * Long.BYTES);
      ByteConverter.int8(bytes, at + Integer.BYTES, value.getMostSignificantBits());
      ByteConverter.int8(bytes, at + Integer.BYTES + Long.BYTES, value.getLeastSignificantBits());
      at += width;
    }
    return bytes;
  }

  private static byte[] header(int elementOid, int count, int width) {
    byte[] bytes = new byte[count == 0 ? EMPTY_HEADER_BYTES : HEADER_BYTES + count * width];
    ByteConverter.int4(bytes, 0, count == 0 ? 0 : 1);
    ByteConverter.int4(bytes, 2 * Integer.BYTES, elementOid);
    if (count > 0) {
      ByteConverter.int4(bytes, 3 * Integer.BYTES, count);
      ByteConverter.int4(bytes, 4 * Integer.BYTES, 1);
    }
    return bytes;
  }

  private static Array array(Connection connection, int oid, byte[] bytes) throws SQLException {
    return new PgArray(connection.unwrap(BaseConnection.class), oid, bytes);
  }
}
