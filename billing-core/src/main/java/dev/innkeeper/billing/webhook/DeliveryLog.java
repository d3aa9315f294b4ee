package dev.innkeeper.billing.webhook;

import dev.innkeeper.billing.db.SqlValues;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads what was sent. */
final class DeliveryLog {
  private static final UUID LAST = new UUID(-1, -1);

  private DeliveryLog() {}

  static List<WebhookAttempt> of(Handle handle, UUID endpointId, @Nullable UUID before, int limit) {
    return handle
        .createQuery(
            "select * from @.webhook_attempt where endpoint_id = :endpoint"
                + " and id < :before"
                + " order by id desc limit :limit")
        .bind("endpoint", endpointId)
        .bind("limit", limit)
        .bind("before", before == null ? LAST : before)
        .map((row, context) -> attempt(row))
        .list();
  }

  private static WebhookAttempt attempt(ResultSet row) throws SQLException {
    return new WebhookAttempt(
        row.getObject("endpoint_id", UUID.class),
        row.getObject("id", UUID.class),
        row.getObject("customer_id", UUID.class),
        row.getObject("seq", Long.class),
        row.getString("message_id"),
        row.getString("type"),
        row.getInt("number"),
        SqlValues.instant(row, "at"),
        row.getBoolean("delivered"),
        row.getObject("status_code", Integer.class),
        row.getInt("duration_millis"),
        row.getString("response"),
        row.getString("error"));
  }
}
