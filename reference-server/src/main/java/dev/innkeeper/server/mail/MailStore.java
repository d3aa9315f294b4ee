package dev.innkeeper.server.mail;

import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.event.StoredEvent;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The rows of mails. Stateless. */
final class MailStore {
  private static final int ERROR_LENGTH_MAX = 500;
  private static final String COLUMNS =
      "m.customer_id, m.id, m.event_type, m.event_data, m.occurred_at, m.recipient, m.language,"
          + " m.subject, m.body_text, m.body_html, m.invoice_ids, m.status, m.copy, m.attempts,"
          + " m.last_error, m.sent_at";

  /**
   * A mail that a worker holds.
   *
   * @param claim what it holds it by
   */
  record Held(Mail mail, UUID claim) {}

  /** Where a list of mails goes on: after this one. */
  record Cursor(Instant occurredAt, UUID id) {}

  /** Notes that an event is to be told; once, however often the event is delivered. */
  void add(Handle handle, StoredEvent event, Instant now) {
    handle
        .createUpdate(
            "insert into @.mail (customer_id, id, event_type, event_data, occurred_at, status,"
                + " next_attempt_at) values (:customer, :id, :type, cast(:data as jsonb),"
                + " :occurred, 'NEW', :now) on conflict (customer_id, id) do nothing")
        .bind("customer", event.customerId())
        .bind("id", event.id())
        .bind("type", event.type())
        .bind("data", event.data())
        .bind("occurred", at(event.occurredAt()))
        .bind("now", at(now))
        .execute();
  }

  /** Claims mails of a status that are due, oldest first. */
  List<Held> claim(Handle handle, MailStatus status, Instant now, Instant until) {
    UUID claim = UUID.randomUUID();
    return handle
        .createQuery(
            "with due as (select customer_id, id from @.mail where status = :status"
                + " and next_attempt_at <= :now"
                + " and (claimed_until is null or claimed_until <= :now)"
                + " order by next_attempt_at limit 20 for update skip locked)"
                + " update @.mail m set claim = :claim, claimed_until = :until from due d"
                + " where m.customer_id = d.customer_id and m.id = d.id returning "
                + COLUMNS)
        .bind("status", status.name())
        .bind("now", at(now))
        .bind("until", at(until))
        .bind("claim", claim)
        .map((row, context) -> new Held(mail(row), claim))
        .list();
  }

  /**
   * @return false when another worker took it over
   */
  boolean written(Handle handle, Held held, MailText text, List<UUID> invoices, Instant readyAt) {
    return finish(
        handle
            .createUpdate(
                "update @.mail set status = 'READY', next_attempt_at = :ready, attempts = 0,"
                    + " last_error = null, recipient = :recipient, language = :language,"
                    + " subject = :subject, body_text = :plain, body_html = :html,"
                    + " invoice_ids = :invoices"
                    + MINE)
            .bind("ready", at(readyAt))
            .bind("recipient", text.recipient())
            .bind("language", text.language())
            .bind("subject", text.subject())
            .bind("plain", text.plain())
            .bind("html", text.html())
            .bindArray("invoices", UUID.class, invoices),
        held);
  }

  private static final String MINE =
      ", claim = null, claimed_until = null"
          + " where customer_id = :customer and id = :id and claim = :claim";

  private static boolean finish(Update update, Held held) {
    return update
            .bind("customer", held.mail().customerId())
            .bind("id", held.mail().id())
            .bind("claim", held.claim())
            .execute()
        == 1;
  }

  boolean sent(Handle handle, Held held, Instant now) {
    return finish(
        handle
            .createUpdate(
                "update @.mail set status = 'SENT', next_attempt_at = null, sent_at = :now,"
                    + " attempts = attempts + 1, last_error = null"
                    + MINE)
            .bind("now", at(now)),
        held);
  }

  /**
   * @param nextAt when it is tried again; null to give it up
   */
  boolean failed(Handle handle, Held held, String error, @Nullable Instant nextAt) {
    return finish(
        handle
            .createUpdate(
                "update @.mail set attempts = attempts + 1, last_error = :error,"
                    + " next_attempt_at = :next,"
                    + " status = case when cast(:next as timestamptz) is null then 'PARKED'"
                    + " else status end"
                    + MINE)
            .bind("error", error.substring(0, Math.min(error.length(), ERROR_LENGTH_MAX)))
            .bind("next", nextAt == null ? null : at(nextAt)),
        held);
  }

  /**
   * Sets aside what can't be sent, since there is no server to send it by; but not what another
   * node, which has one, is sending or has tried to.
   */
  int hold(Handle handle) {
    return handle
        .createUpdate(
            "update @.mail set status = 'HELD', next_attempt_at = null, claim = null,"
                + " claimed_until = null where status = 'READY' and claim is null"
                + " and attempts = 0")
        .execute();
  }

  /** Has a mail written or sent again. */
  boolean again(Handle handle, UUID customerId, UUID id, Instant now) {
    return handle
            .createUpdate(
                "update @.mail set status = case when body_text is null then 'NEW' else 'READY' end,"
                    + " copy = copy + case when status = 'SENT' then 1 else 0 end, attempts = 0,"
                    + " next_attempt_at = :now, claim = null, claimed_until = null"
                    + " where customer_id = :customer and id = :id")
            .bind("now", at(now))
            .bind("customer", customerId)
            .bind("id", id)
            .execute()
        == 1;
  }

  Optional<Mail> find(Handle handle, UUID customerId, UUID id) {
    return handle
        .createQuery(
            "select " + COLUMNS + " from @.mail m where m.customer_id = :customer and m.id = :id")
        .bind("customer", customerId)
        .bind("id", id)
        .map((row, context) -> mail(row))
        .findOne();
  }

  /**
   * Mails of everybody, the latest first.
   *
   * @param status null for any
   * @param after null for the first page
   */
  List<Mail> list(Handle handle, @Nullable MailStatus status, @Nullable Cursor after, int limit) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from @.mail m where (cast(:status as text) is null or m.status = :status)"
                + " and (cast(:at as timestamptz) is null or (m.occurred_at, m.id)"
                + "   < (cast(:at as timestamptz), cast(:id as uuid)))"
                + " order by m.occurred_at desc, m.id desc limit :limit")
        .bind("status", status == null ? null : status.name())
        .bind("at", after == null ? null : at(after.occurredAt()))
        .bind("id", after == null ? null : after.id())
        .bind("limit", limit)
        .map((row, context) -> mail(row))
        .list();
  }

  private static Mail mail(ResultSet row) throws SQLException {
    Array invoices = row.getArray("invoice_ids");
    String plain = row.getString("body_text");
    return new Mail(
        row.getObject("customer_id", UUID.class),
        row.getObject("id", UUID.class),
        row.getString("event_type"),
        row.getString("event_data"),
        SqlValues.instant(row, "occurred_at"),
        plain == null
            ? null
            : new MailText(
                row.getString("recipient"),
                row.getString("language"),
                row.getString("subject"),
                plain,
                row.getString("body_html")),
        List.of((UUID[]) invoices.getArray()),
        MailStatus.valueOf(row.getString("status")),
        row.getInt("copy"),
        row.getInt("attempts"),
        row.getString("last_error"),
        SqlValues.instantOrNull(row, "sent_at"));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
