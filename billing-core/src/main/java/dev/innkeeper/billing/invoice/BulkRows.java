package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.db.SqlArrays;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rows for one statement over {@code unnest} arrays: a chunk costs one round trip, whatever its
 * size. Not thread-safe.
 */
final class BulkRows {
  private final String[] types;
  private final List<List<@Nullable Object>> columns = new ArrayList<>();

  /**
   * @param types PostgreSQL's names of the columns' types, in the order of the statement's
   *     parameters
   */
  BulkRows(String... types) {
    this.types = types;
    for (int i = 0; i < types.length; i++) {
      columns.add(new ArrayList<>());
    }
  }

  void add(@Nullable Object... values) {
    if (values.length != types.length) {
      throw new IllegalArgumentException("a row has " + types.length + " values");
    }
    for (int i = 0; i < values.length; i++) {
      columns.get(i).add(values[i]);
    }
  }

  int size() {
    return columns.get(0).size();
  }

  /**
   * Runs the statement; gives the number of rows it touched, 0 at once when there are none.
   *
   * @param constants values that are the same for all rows, for the parameters before the columns
   */
  int execute(Connection connection, String sql, @Nullable Object... constants) {
    if (size() == 0) {
      return 0;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < constants.length; i++) {
        statement.setObject(i + 1, constants[i]);
      }
      bind(connection, statement, constants.length);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException("a statement on a set of rows failed: " + e.getMessage(), e);
    }
  }

  private void bind(Connection connection, PreparedStatement statement, int before)
      throws SQLException {
    for (int i = 0; i < types.length; i++) {
      List<@Nullable Object> column = columns.get(i);
      Array array =
          types[i].equals("uuid") && !column.contains(null)
              ? SqlArrays.ids(connection, column.toArray(UUID[]::new))
              : connection.createArrayOf(types[i], column.toArray());
      statement.setArray(before + i + 1, array);
    }
  }
}
