package dev.innkeeper.billing.payment;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** What attempts and refunds have in common as rows that somebody must look after. */
final class DueRows {
  /** When to ask again for what can't be told: after 1, 4, 16 minutes, at most six hours. */
  static final String LATER =
      ":now + least(interval '6 hours', interval '1 minute' * power(4, least(lookups, 6)))";

  private DueRows() {}

  /** Whose rows they are from now on, and how many at most. */
  record Lease(Instant now, Duration time, int limit) {}

  /**
   * Takes rows that are due, and keeps others from them for the lease.
   *
   * @param table with the columns of the key, {@code state}, {@code next_at} and {@code lookups}
   * @param columns what is read of each, separated by a comma and a space
   */
  static <T> List<T> claim(
      Handle handle, String table, String columns, Lease lease, RowMapper<T> mapper) {
    return handle
        .createQuery(
            "with due as (select customer_id, id from "
                + table
                + " where next_at <= :now order by next_at limit :limit"
                + " for no key update skip locked) update "
                + table
                + " r set next_at = :lease,"
                + " lookups = lookups + case when state = 'RECORDED' then 0 else 1 end"
                + " from due d where r.customer_id = d.customer_id and r.id = d.id returning r."
                + columns.replace(", ", ", r."))
        .bind("now", lease.now().atOffset(ZoneOffset.UTC))
        .bind("lease", lease.now().plus(lease.time()).atOffset(ZoneOffset.UTC))
        .bind("limit", lease.limit())
        .map(mapper)
        .list();
  }
}
