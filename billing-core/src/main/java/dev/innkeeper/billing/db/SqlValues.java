package dev.innkeeper.billing.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ByteConverter;

/** What the driver reads in a roundabout way. */
public final class SqlValues {
  private SqlValues() {}

  /** A {@code timestamptz} that is there. */
  public static Instant instant(ResultSet row, int column) throws SQLException {
    return Objects.requireNonNull(instantOrNull(row, column), "a timestamp is null");
  }

  /** A {@code timestamptz} that is there. */
  public static Instant instant(ResultSet row, String column) throws SQLException {
    return instant(row, row.findColumn(column));
  }

  /** A {@code timestamptz}, or null. */
  public static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    return instantOrNull(row, row.findColumn(column));
  }

  /**
   * A {@code timestamptz}, or null. The driver makes a date, a time and an offset of it, with the
   * offset's rules looked up; sent in binary, it is a number. Its text is never as short as that
   * number, unless it is infinite, which nothing here is.
   */
  public static @Nullable Instant instantOrNull(ResultSet row, int column) throws SQLException {
    byte[] sent = row.getBytes(column);
    if (sent == null) {
      return null;
    }
    return sent.length == Long.BYTES
        ? SqlArrays.instant(ByteConverter.int8(sent, 0))
        : row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
