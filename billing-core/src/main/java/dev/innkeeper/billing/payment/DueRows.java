package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.OwnedRows;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/** What attempts, refunds and payouts have in common as rows that somebody must look after. */
final class DueRows {
  /** When to ask again for what can't be told: after 1, 4, 16 minutes, at most six hours. */
  static final String LATER =
      ":now + least(interval '6 hours', interval '1 minute' * power(4, least(lookups, 6)))";

  /**
   * So long due work leaves a recorded row to the thread that recorded it, which asks the provider
   * next and whose caller waits for the answer. Without it due work may come between the two, and
   * the caller hears no more than that somebody is asking.
   */
  static final Duration HEAD_START = Duration.ofSeconds(30);

  /** So long a claimed row is nobody else's: longer than any call of a provider takes. */
  static final Duration LEASE = Duration.ofMinutes(2);

  private DueRows() {}

  /**
   * What became of money on its way out, by looking; it is asked for again only if nothing is there
   * and within the time in which the provider takes it for the same.
   */
  static OutgoingResult resolve(
      Supplier<OutgoingResult> lookUp, BooleanSupplier isFresh, Supplier<OutgoingResult> askAgain) {
    OutgoingResult found = lookUp.get();
    if (!(found instanceof OutgoingResult.Absent)) {
      return found;
    }
    return isFresh.getAsBoolean()
        ? askAgain.get()
        : new OutgoingResult.Refused("expired", "it never reached the provider");
  }

  /**
   * Takes rows that are due, and keeps others from them for the lease.
   *
   * @param rows with the columns {@code state}, {@code next_at} and {@code lookups}
   */
  static <T> List<T> claim(Handle handle, OwnedRows<T> rows, Instant now, int limit) {
    return handle
        .createQuery(
            "with due as (select customer_id, id from "
                + rows.table()
                + " where next_at <= :now order by next_at limit :limit"
                + " for no key update skip locked) update "
                + rows.table()
                + " r set next_at = :lease,"
                + " lookups = lookups + case when state = 'RECORDED' then 0 else 1 end"
                + " from due d where r.customer_id = d.customer_id and r.id = d.id returning r."
                + rows.columns().replace(", ", ", r."))
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bind("lease", now.plus(LEASE).atOffset(ZoneOffset.UTC))
        .bind("limit", limit)
        .map(rows.mapper())
        .list();
  }

  /**
   * Takes a recorded row to call the provider for it: only one caller gets it. Should the caller
   * die, the row is due, and looked up, when the lease ends.
   */
  static boolean claimForCall(
      Handle handle, OwnedRows<?> rows, UUID customerId, UUID id, Instant now) {
    return handle
            .createUpdate(
                "update "
                    + rows.table()
                    + " set state = 'CALLING', called_at = coalesce(called_at, :now),"
                    + " next_at = :next"
                    + " where customer_id = :c and id = :id and state = 'RECORDED'")
            .bind("now", now.atOffset(ZoneOffset.UTC))
            .bind("next", now.plus(LEASE).atOffset(ZoneOffset.UTC))
            .bind("c", customerId)
            .bind("id", id)
            .execute()
        == 1;
  }
}
