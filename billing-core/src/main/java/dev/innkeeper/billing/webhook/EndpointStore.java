package dev.innkeeper.billing.webhook;

import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.problem.NotFound;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Endpoints and their secrets, in the database. */
final class EndpointStore {
  private static final String COLUMNS =
      "select id, url, description, event_types, disabled_reason, created_at"
          + " from @.webhook_endpoint where status <> 'REMOVED'";

  private EndpointStore() {}

  static void insert(Handle handle, UUID id, NewWebhookEndpoint wanted, Instant now) {
    handle
        .createUpdate(
            "insert into @.webhook_endpoint"
                + " (id, url, description, event_types, status, created_at)"
                + " values (:id, :url, :description, :types, 'ENABLED', :now)")
        .bind("id", id)
        .bind("url", wanted.url())
        .bind("description", wanted.description())
        .bindArray("types", String.class, wanted.eventTypes())
        .bind("now", at(now))
        .execute();
  }

  static void update(Handle handle, UUID id, NewWebhookEndpoint wanted) {
    requireOne(
        id,
        handle
            .createUpdate(
                "update @.webhook_endpoint set url = :url, description = :description,"
                    + " event_types = :types where id = :id and status <> 'REMOVED'")
            .bind("id", id)
            .bind("url", wanted.url())
            .bind("description", wanted.description())
            .bindArray("types", String.class, wanted.eventTypes())
            .execute());
  }

  /**
   * @param reason null to enable
   */
  static void setDisabled(Handle handle, UUID id, @Nullable String reason) {
    requireOne(
        id,
        handle
            .createUpdate(
                "update @.webhook_endpoint set disabled_reason = :reason, status = :status"
                    + " where id = :id and status <> 'REMOVED'")
            .bind("id", id)
            .bind("reason", reason)
            .bind("status", reason == null ? "ENABLED" : "DISABLED")
            .execute());
  }

  /** Disables it, unless somebody did or it is gone. */
  static void disable(Handle handle, UUID id, String reason) {
    handle
        .createUpdate(
            "update @.webhook_endpoint set disabled_reason = :reason, status = 'DISABLED'"
                + " where id = :id and status = 'ENABLED'")
        .bind("id", id)
        .bind("reason", reason)
        .execute();
  }

  /** Forgets everything but the log of what was sent. */
  static void remove(Handle handle, UUID id) {
    requireOne(
        id,
        handle
            .createUpdate(
                "update @.webhook_endpoint set status = 'REMOVED'"
                    + " where id = :id and status = 'DISABLED'")
            .bind("id", id)
            .execute());
    for (String table : List.of("webhook_secret", "webhook_cursor", "webhook_replay")) {
      handle
          .createUpdate("delete from @." + table + " where endpoint_id = :id")
          .bind("id", id)
          .execute();
    }
  }

  static List<WebhookEndpoint> all(Handle handle) {
    return handle
        .createQuery(COLUMNS + " order by created_at, id")
        .map((row, context) -> endpoint(row))
        .list();
  }

  static WebhookEndpoint get(Handle handle, UUID id) {
    return handle
        .createQuery(COLUMNS + " and id = :id")
        .bind("id", id)
        .map((row, context) -> endpoint(row))
        .findOne()
        .orElseThrow(() -> new NotFound("webhook", id.toString()));
  }

  /** Keeps others from changing the endpoint and its secrets until the transaction ends. */
  static WebhookEndpoint lock(Handle handle, UUID id) {
    return handle
        .createQuery(COLUMNS + " and id = :id for update")
        .bind("id", id)
        .map((row, context) -> endpoint(row))
        .findOne()
        .orElseThrow(() -> new NotFound("webhook", id.toString()));
  }

  static void addSecret(Handle handle, UUID endpointId, Secret secret) {
    handle
        .createUpdate(
            "insert into @.webhook_secret (endpoint_id, id, secret, created_at)"
                + " values (:endpoint, :id, :secret, :now)")
        .bind("endpoint", endpointId)
        .bind("id", secret.id())
        .bind("secret", secret.text())
        .bind("now", at(secret.createdAt()))
        .execute();
  }

  record Secret(UUID id, String text, Instant createdAt) {}

  /** The present secret signs until then; those that are past their time are thrown away. */
  static int expireSecrets(Handle handle, UUID endpointId, Instant now, Instant until) {
    handle
        .createUpdate(
            "delete from @.webhook_secret where endpoint_id = :endpoint and expires_at <= :now")
        .bind("endpoint", endpointId)
        .bind("now", at(now))
        .execute();
    handle
        .createUpdate(
            "update @.webhook_secret set expires_at = :until"
                + " where endpoint_id = :endpoint and expires_at is null")
        .bind("endpoint", endpointId)
        .bind("until", at(until))
        .execute();
    return handle
        .createQuery("select count(*) from @.webhook_secret where endpoint_id = :endpoint")
        .bind("endpoint", endpointId)
        .mapTo(Integer.class)
        .one();
  }

  /** What each endpoint is signed with now, as it is stored, the newest first. */
  static Map<UUID, List<String>> secrets(Handle handle, List<UUID> endpointIds, Instant now) {
    Map<UUID, List<String>> result = new HashMap<>();
    handle
        .createQuery(
            "select endpoint_id, array_agg(secret order by created_at desc, id desc)"
                + " from @.webhook_secret where endpoint_id = any(:endpoints)"
                + " and (expires_at is null or expires_at > :now) group by endpoint_id")
        .bindArray("endpoints", UUID.class, endpointIds)
        .bind("now", at(now))
        .map(
            (row, context) ->
                result.put(
                    row.getObject(1, UUID.class), List.of((String[]) row.getArray(2).getArray())))
        .list();
    return result;
  }

  private record Open(UUID endpointId, UUID id, String secret) {}

  /** Seals what is stored as it is; those that another transaction is at are left to it. */
  static int sealSecrets(Handle handle, SecretCipher cipher) {
    List<Open> open =
        handle
            .createQuery(
                "select endpoint_id, id, secret from @.webhook_secret"
                    + " where position(cast(:colon as text) in secret) = 0 for update skip locked")
            .bind("colon", ":")
            .map(
                (row, context) ->
                    new Open(
                        row.getObject(1, UUID.class),
                        row.getObject(2, UUID.class),
                        row.getString(3)))
            .list();
    int sealed = 0;
    for (Open each : open) {
      String text = cipher.seal(each.endpointId(), each.secret());
      if (!text.equals(each.secret())) {
        sealed +=
            handle
                .createUpdate(
                    "update @.webhook_secret set secret = :secret"
                        + " where endpoint_id = :endpoint and id = :id")
                .bind("secret", text)
                .bind("endpoint", each.endpointId())
                .bind("id", each.id())
                .execute();
      }
    }
    return sealed;
  }

  private static WebhookEndpoint endpoint(ResultSet row) throws SQLException {
    return new WebhookEndpoint(
        row.getObject("id", UUID.class),
        row.getString("url"),
        row.getString("description"),
        List.of((String[]) row.getArray("event_types").getArray()),
        row.getString("disabled_reason"),
        SqlValues.instant(row, "created_at"));
  }

  private static void requireOne(UUID id, int changed) {
    if (changed == 0) {
      throw new NotFound("webhook", id.toString());
    }
  }

  static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
