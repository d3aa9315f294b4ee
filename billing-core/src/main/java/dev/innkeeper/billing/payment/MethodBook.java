package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.payment.spi.MethodReference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The rows of cards, as far as those need them who charge cards. */
final class MethodBook {
  static final String COLUMNS =
      "customer_id, id, provider, method_reference, customer_reference, brand, last4, expiry_month,"
          + " expiry_year, position, disabled_code, added_at";

  private final Database db;
  private final EventLog events;

  MethodBook(Database db, EventLog events) {
    this.db = db;
    this.events = events;
  }

  /** Cards of many customers, of each in the order they are tried. */
  static List<PaymentMethod> of(Handle handle, Collection<UUID> customerIds) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from @.payment_method where customer_id = any(:customers)"
                + " and status <> 'REMOVED' order by customer_id, position")
        .bindArray("customers", UUID.class, customerIds)
        .map((row, context) -> method(row))
        .list();
  }

  /** Stops charging a card after a decline that will not change. */
  void disable(UUID customerId, UUID methodId, String code) {
    db.run(
        handle -> {
          Optional<PaymentMethod> method =
              of(handle, List.of(customerId)).stream()
                  .filter(m -> m.id().equals(methodId))
                  .findFirst();
          if (method.isEmpty() || method.get().disabledCode() != null) {
            return;
          }
          handle
              .createUpdate(
                  "update @.payment_method set status = 'DISABLED', disabled_code = :code"
                      + " where customer_id = :c and id = :id")
              .bind("code", code)
              .bind("c", customerId)
              .bind("id", methodId)
              .execute();
          events.append(
              new PaymentMethodDisabled(customerId, methodId, method.get().label(), code));
        });
  }

  static PaymentMethod method(ResultSet row) throws SQLException {
    return new PaymentMethod(
        row.getObject("customer_id", UUID.class),
        row.getObject("id", UUID.class),
        row.getString("provider"),
        new MethodReference(row.getString("method_reference"), row.getString("customer_reference")),
        row.getString("brand"),
        row.getString("last4"),
        YearMonth.of(row.getInt("expiry_year"), row.getInt("expiry_month")),
        row.getInt("position"),
        row.getString("disabled_code"),
        SqlValues.instant(row, "added_at"));
  }
}
