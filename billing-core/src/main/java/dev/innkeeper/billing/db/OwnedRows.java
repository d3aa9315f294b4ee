package dev.innkeeper.billing.db;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;

/**
 * A table keyed by customer and id, and how its rows are read. Ids grow with time, so that the
 * highest is the newest. Immutable.
 *
 * @param table with the placeholder of the schema, such as {@code @.payout}
 * @param columns that the mapper reads, separated by a comma and a space
 */
public record OwnedRows<T>(String table, String columns, RowMapper<T> mapper) {
  /** The customer's row of this id. */
  public Optional<T> find(Handle handle, UUID customerId, UUID id) {
    return query(handle, "where customer_id = :c and id = :id")
        .bind("c", customerId)
        .bind("id", id)
        .map(mapper)
        .findOne();
  }

  /** The customer's rows, newest first. */
  public List<T> newest(Handle handle, UUID customerId, int limit) {
    return query(handle, "where customer_id = :c order by id desc limit :limit")
        .bind("c", customerId)
        .bind("limit", limit)
        .map(mapper)
        .list();
  }

  /**
   * Another query for rows, to be bound and mapped.
   *
   * @param rest what follows the table's name: conditions, order, limit
   */
  public Query query(Handle handle, String rest) {
    return handle.createQuery("select " + columns + " from " + table + " " + rest);
  }
}
