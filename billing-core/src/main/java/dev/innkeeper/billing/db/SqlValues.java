package dev.innkeeper.billing.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ByteConverter;

/** Instants as the server keeps and sends them, which the driver reads in a roundabout way. */
public final class SqlValues {
  private static final long EPOCH_SECOND = 946_684_800L;
  private static final long SECOND_MICROS = 1_000_000L;

  private SqlValues() {}

  /** Microseconds since 2000, which is how the server counts; what is below one is cut off. */
  static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond() - EPOCH_SECOND, SECOND_MICROS),
        instant.getNano() / 1_000);
  }

  /** Of microseconds since 2000. */
  public static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        EPOCH_SECOND + Math.floorDiv(micros, SECOND_MICROS),
        1_000 * Math.floorMod(micros, SECOND_MICROS));
  }

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
        ? instant(ByteConverter.int8(sent, 0))
        : row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
