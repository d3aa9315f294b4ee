package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.SqlValues;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * A row as PostgreSQL's COPY writes it in its binary format: the number of fields, then each with
 * its length. The format is documented and old; equal rows have equal bytes, others have not.
 */
final class CopyRow {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0
  };
  private static final int FLAGS_LENGTH = 4;
  private static final int NULL_LENGTH = -1;

  private final ByteBuffer bytes;

  CopyRow(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /** What is done with the bytes of each row. */
  interface Use {
    void accept(byte[] row) throws SQLException;
  }

  /** Runs a query without parameters, in as little time as PostgreSQL can give all its rows. */
  static void each(Connection connection, String query, Use use) throws SQLException {
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("copy (" + query + ") to stdout (format binary)");
    try {
      byte[] chunk = copy.readFromCopy();
      if (chunk != null) {
        chunk = withoutHeader(chunk);
      }
      while (chunk != null) {
        // The end is marked by a row of -1 fields.
        if (chunk.length > 0 && chunk[0] >= 0) {
          use.accept(chunk);
        }
        chunk = copy.readFromCopy();
      }
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static byte[] withoutHeader(byte[] chunk) {
    int extensionAt = SIGNATURE.length + FLAGS_LENGTH;
    if (chunk.length < extensionAt + Integer.BYTES
        || !Arrays.equals(chunk, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      throw new IllegalStateException("the database does not copy in PostgreSQL's binary format");
    }
    int extension = ByteBuffer.wrap(chunk).getInt(extensionAt);
    return Arrays.copyOfRange(chunk, extensionAt + Integer.BYTES + extension, chunk.length);
  }

  /** Where a field's length stands, counted from 0. */
  private int lengthAt(int field) {
    int at = Short.BYTES;
    for (int i = 0; i < field; i++) {
      at += Integer.BYTES + Math.max(0, bytes.getInt(at));
    }
    return at;
  }

  private int valueAt(int field) {
    return lengthAt(field) + Integer.BYTES;
  }

  boolean isNull(int field) {
    return bytes.getInt(lengthAt(field)) == NULL_LENGTH;
  }

  UUID id(int field) {
    return idAt(valueAt(field));
  }

  private UUID idAt(int at) {
    return new UUID(bytes.getLong(at), bytes.getLong(at + Long.BYTES));
  }

  long number(int field) {
    return bytes.getLong(valueAt(field));
  }

  short small(int field) {
    return bytes.getShort(valueAt(field));
  }

  Instant instant(int field) {
    return SqlValues.instant(number(field));
  }

  byte[] binary(int field) {
    int at = lengthAt(field);
    return Arrays.copyOfRange(
        bytes.array(), at + Integer.BYTES, at + Integer.BYTES + bytes.getInt(at));
  }

  String text(int field) {
    return new String(binary(field), StandardCharsets.UTF_8);
  }

  /** An array of ids, of one dimension and without nulls. */
  UUID[] ids(int field) {
    int at = valueAt(field);
    int dimensions = bytes.getInt(at);
    if (dimensions == 0) {
      return new UUID[0];
    }
    UUID[] ids = new UUID[bytes.getInt(at + 3 * Integer.BYTES)];
    int elementAt = at + 5 * Integer.BYTES;
    for (int i = 0; i < ids.length; i++) {
      ids[i] = idAt(elementAt + Integer.BYTES);
      elementAt += Integer.BYTES + 2 * Long.BYTES;
    }
    return ids;
  }
}
