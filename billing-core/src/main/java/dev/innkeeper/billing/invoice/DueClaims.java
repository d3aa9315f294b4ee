package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.db.SqlValues;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Claims customers who are due, by their locks. A lock is taken on the customer's state, never on
 * the due row itself: whoever changes a due row holds the customer's lock already, so the two can't
 * wait for each other.
 */
final class DueClaims {
  private static final String NOT_PARKED =
      " and not exists (select 1 from @.invoice_parked p where p.customer_id = d.customer_id)";

  private DueClaims() {}

  /** A customer and what is due: the period that the instant ends or lies in. */
  record Due(UUID customerId, Instant nextAt, long periodIndex) {}

  /** Where a scan of the due rows stands; the next one begins after it. */
  record Position(Instant nextAt, UUID customerId) {
    static final Position START = new Position(Instant.EPOCH, new UUID(0, 0));
  }

  /** The next customers that are due and locked by nobody, now locked; not in any order. */
  static List<UUID> next(Handle handle, Instant asOf, Position after, int limit) {
    return handle
        .createQuery(
            "select d.customer_id from @.billing_due d"
                + " join @.customer_state s on s.customer_id = d.customer_id"
                + " where d.next_at <= :asOf and (d.next_at, d.customer_id) > (:at, :customer)"
                + NOT_PARKED
                + " order by d.next_at, d.customer_id limit :limit"
                + " for no key update of s skip locked")
        .bind("asOf", asOf.atOffset(ZoneOffset.UTC))
        .bind("at", after.nextAt().atOffset(ZoneOffset.UTC))
        .bind("customer", after.customerId())
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /** Locks these customers, waiting for those who hold them. */
  static void lock(Handle handle, List<UUID> customers) {
    handle
        .createQuery(
            "select customer_id from @.customer_state where customer_id = any(:ids)"
                + " order by customer_id for no key update")
        .bindArray("ids", UUID.class, customers)
        .mapTo(UUID.class)
        .list();
  }

  /** What is due for customers who are locked, read after the locks; in the order of the scan. */
  static List<Due> due(Handle handle, Instant asOf, List<UUID> customers) {
    return handle
        .createQuery(
            "select d.customer_id, d.next_at, d.period_index from @.billing_due d"
                + " where d.customer_id = any(:ids) and d.next_at <= :asOf"
                + NOT_PARKED
                + " order by d.next_at, d.customer_id")
        .bindArray("ids", UUID.class, customers)
        .bind("asOf", asOf.atOffset(ZoneOffset.UTC))
        .map(
            (row, context) ->
                new Due(row.getObject(1, UUID.class), SqlValues.instant(row, 2), row.getLong(3)))
        .list();
  }

  /** Like {@link #due}, of the next customers, locked or not. */
  static List<Due> look(Handle handle, Instant asOf, Position after, int limit) {
    return handle
        .createQuery(
            "select d.customer_id, d.next_at, d.period_index from @.billing_due d"
                + " where d.next_at <= :asOf and (d.next_at, d.customer_id) > (:at, :customer)"
                + NOT_PARKED
                + " order by d.next_at, d.customer_id limit :limit")
        .bind("asOf", asOf.atOffset(ZoneOffset.UTC))
        .bind("at", after.nextAt().atOffset(ZoneOffset.UTC))
        .bind("customer", after.customerId())
        .bind("limit", limit)
        .map(
            (row, context) ->
                new Due(row.getObject(1, UUID.class), SqlValues.instant(row, 2), row.getLong(3)))
        .list();
  }

  /** How many customers are due. */
  static long count(Handle handle, Instant asOf) {
    return handle
        .createQuery("select count(*) from @.billing_due d where d.next_at <= :asOf" + NOT_PARKED)
        .bind("asOf", asOf.atOffset(ZoneOffset.UTC))
        .mapTo(Long.class)
        .one();
  }
}
