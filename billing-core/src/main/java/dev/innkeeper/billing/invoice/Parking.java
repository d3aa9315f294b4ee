package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.event.EventLog;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sets customers aside whose data can't be billed, so that they don't stop the others. */
final class Parking {
  private static final int REASON_LENGTH_MAX = 1_000;

  private final Database db;
  private final EventLog events;
  private final Clock clock;

  Parking(Database db, EventLog events, Clock clock) {
    this.db = db;
    this.events = events;
    this.clock = clock;
  }

  /** Parks customers that are not parked yet, with an event each; their locks are taken. */
  void park(Map<UUID, String> reasons, @Nullable UUID runId) {
    if (reasons.isEmpty()) {
      return;
    }
    List<UUID> ids = new ArrayList<>(reasons.keySet());
    List<String> texts = ids.stream().map(id -> shorten(reasons.get(id))).toList();
    db.run(
        handle -> {
          List<InvoiceParked> parked =
              handle
                  .createQuery(
                      "insert into @.invoice_parked (customer_id, reason, parked_at, run_id)"
                          + " select w.id, w.reason, :now, :run"
                          + " from unnest(:ids, :reasons) as w(id, reason) order by w.id"
                          + " on conflict do nothing returning customer_id, reason")
                  .bindArray("ids", UUID.class, ids)
                  .bindArray("reasons", String.class, texts)
                  .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                  .bindByType("run", runId, UUID.class)
                  .map(
                      (row, context) ->
                          new InvoiceParked(row.getObject(1, UUID.class), row.getString(2)))
                  .list();
          events.append(parked);
        });
  }

  private static String shorten(@Nullable String reason) {
    String text = reason == null || reason.isBlank() ? "unknown" : reason;
    return text.length() <= REASON_LENGTH_MAX ? text : text.substring(0, REASON_LENGTH_MAX);
  }

  /** True when the customer was parked, and is not any more. */
  boolean release(UUID customerId) {
    return db.tx(
        handle ->
            handle
                    .createUpdate("delete from @.invoice_parked where customer_id = :id")
                    .bind("id", customerId)
                    .execute()
                == 1);
  }

  /** The customer's reason, or null when it is not parked. */
  @Nullable ParkedCustomer find(UUID customerId) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select customer_id, reason, parked_at from @.invoice_parked"
                        + " where customer_id = :id")
                .bind("id", customerId)
                .map((row, context) -> parked(row))
                .findOne()
                .orElse(null));
  }

  private static ParkedCustomer parked(ResultSet row) throws SQLException {
    return new ParkedCustomer(
        row.getObject(1, UUID.class), row.getString(2), SqlValues.instant(row, 3));
  }

  List<ParkedCustomer> list(@Nullable UUID after, int limit) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select customer_id, reason, parked_at from @.invoice_parked"
                        + " where customer_id > :after order by customer_id limit :limit")
                .bind("after", after == null ? new UUID(0, 0) : after)
                .bind("limit", limit)
                .map((row, context) -> parked(row))
                .list());
  }
}
