package dev.innkeeper.billing.invoice;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Rows for one {@code COPY … FROM STDIN}, which takes about half the time of an insert over arrays.
 * It is part of the connection's transaction like any statement. Not thread-safe.
 */
final class CopyRows {
  private final StringBuilder text = new StringBuilder(1 << 16);
  private int rows;

  /** Adds a row of the statement's columns; every value as PostgreSQL reads its text. */
  void add(@Nullable Object... values) {
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        text.append('\t');
      }
      append(values[i]);
    }
    text.append('\n');
    rows++;
  }

  private void append(@Nullable Object value) {
    if (value == null) {
      text.append("\\N");
    } else if (value instanceof String string) {
      escape(string);
    } else {
      // Identifiers, numbers and instants hold nothing that COPY would take for a sign of its own.
      text.append(value);
    }
  }

  private void escape(String string) {
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\t' -> text.append("\\t");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        default -> text.append(c);
      }
    }
  }

  /**
   * Sends the rows, if there are any.
   *
   * @throws IllegalStateException when not all are written; the transaction is then to be rolled
   *     back
   */
  void execute(Connection connection, String sql) {
    if (rows == 0) {
      return;
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    try {
      long written =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn(sql, new ByteArrayInputStream(bytes), 1 << 16);
      if (written != rows) {
        throw new IllegalStateException(written + " of " + rows + " rows were written");
      }
    } catch (SQLException e) {
      throw new IllegalStateException("rows could not be copied: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
