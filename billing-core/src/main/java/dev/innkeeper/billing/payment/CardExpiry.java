package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.work.DueWork;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Warns of cards that expire within a month, once each. Reads those that are due by an index on the
 * month of expiry, whatever number of cards there is. Thread-safe.
 */
final class CardExpiry implements DueWork {
  private static final Duration AHEAD = Duration.ofDays(30);
  private static final int CUSTOMERS_A_BATCH = 200;

  private final Database db;
  private final EventLog events;

  CardExpiry(PaymentCore core) {
    this.db = core.db();
    this.events = core.events();
  }

  @Override
  public String name() {
    return "card-expiry";
  }

  @Override
  public int runBatch(Instant now) {
    return db.tx(
        handle -> {
          OffsetDateTime soon = now.plus(AHEAD).atOffset(ZoneOffset.UTC);
          int month = soon.getYear() * 12 + soon.getMonthValue();
          List<UUID> customers = claim(handle, month);
          if (customers.isEmpty()) {
            return 0;
          }
          List<PaymentMethodExpiring> expiring = warn(handle, customers, month, now);
          events.append(expiring);
          return expiring.size();
        });
  }

  /** Customers first, then their cards: the order in which everybody locks. */
  private static List<UUID> claim(Handle handle, int month) {
    return handle
        .createQuery(
            "select s.customer_id from @.customer_state s where s.customer_id in ("
                + " select m.customer_id from @.payment_method m where m.status = 'ACTIVE'"
                + " and m.warned_at is null and m.expiry_year * 12 + m.expiry_month < :month"
                + " order by m.expiry_year * 12 + m.expiry_month, m.customer_id limit :limit)"
                + " order by s.customer_id for no key update skip locked")
        .bind("month", month)
        .bind("limit", CUSTOMERS_A_BATCH)
        .mapTo(UUID.class)
        .list();
  }

  private static List<PaymentMethodExpiring> warn(
      Handle handle, List<UUID> customers, int month, Instant now) {
    return handle
        .createQuery(
            "update @.payment_method set warned_at = :now where customer_id = any(:customers)"
                + " and status = 'ACTIVE' and warned_at is null"
                + " and expiry_year * 12 + expiry_month < :month"
                + " returning customer_id, id, brand || ' …' || last4 as card,"
                + " expiry_year || '-' || lpad(expiry_month::text, 2, '0') as expiry")
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bindArray("customers", UUID.class, customers)
        .bind("month", month)
        .map(
            (row, context) ->
                new PaymentMethodExpiring(
                    row.getObject("customer_id", UUID.class),
                    row.getObject("id", UUID.class),
                    row.getString("card"),
                    row.getString("expiry")))
        .list();
  }
}
