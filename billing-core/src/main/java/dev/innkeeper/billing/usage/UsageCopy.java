package dev.innkeeper.billing.usage;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.ByteConverter;

/**
 * Writes usage records by COPY in PostgreSQL's binary format, which spares both sides the text.
 * Columns: the batch's index, customer, subscription, key, meter, quantity, from, to, item,
 * replaces.
 */
final class UsageCopy {
  private static final byte[] HEADER =
      new byte[] {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
      };
  private static final long POSTGRES_EPOCH_SECOND = 946_684_800L;
  private static final int COLUMNS = 10;
  private static final int CHUNK_BYTES = 1 << 16;
  private static final int ROW_BYTES_MAX = 8192;

  private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES + ROW_BYTES_MAX);
  private final CopyIn copy;

  private UsageCopy(CopyIn copy) {
    this.copy = copy;
  }

  /** Copies the records whose index is given, with that index, by the statement. */
  static void copy(
      Connection connection, String sql, List<UsageRecord> records, List<Integer> indexes)
      throws SQLException, IOException {
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    try {
      UsageCopy writer = new UsageCopy(copy);
      writer.buffer.put(HEADER);
      for (int index : indexes) {
        writer.row(index, records.get(index));
      }
      writer.buffer.putShort((short) -1);
      writer.flush();
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private void row(int index, UsageRecord record) throws SQLException {
    buffer.putShort((short) COLUMNS);
    buffer.putInt(4).putInt(index);
    uuid(record.customerId());
    uuid(record.subscriptionId());
    text(record.idempotencyKey());
    text(record.meter());
    numeric(record.quantity());
    instant(record.from());
    instant(record.to());
    text(record.item());
    text(record.replaces());
    if (buffer.position() >= CHUNK_BYTES) {
      flush();
    }
  }

  private void flush() throws SQLException {
    copy.writeToCopy(buffer.array(), 0, buffer.position());
    buffer.clear();
  }

  private void uuid(UUID id) {
    buffer.putInt(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }

  private void text(@Nullable String text) {
    if (text == null) {
      buffer.putInt(-1);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    buffer.putInt(bytes.length).put(bytes);
  }

  private void numeric(BigDecimal value) {
    byte[] bytes = ByteConverter.numeric(value);
    buffer.putInt(bytes.length).put(bytes);
  }

  private void instant(Instant instant) {
    long micros =
        (instant.getEpochSecond() - POSTGRES_EPOCH_SECOND) * 1_000_000L + instant.getNano() / 1000;
    buffer.putInt(8).putLong(micros);
  }
}
