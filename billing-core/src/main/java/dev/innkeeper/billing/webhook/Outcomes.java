package dev.innkeeper.billing.webhook;

import static dev.innkeeper.billing.webhook.EndpointStore.at;

import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.webhook.Claims.Claimed;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes down what came of claims; a claim that was lost meanwhile changes nothing. */
final class Outcomes {
  private static final int ERROR_LENGTH_MAX = 500;

  private Outcomes() {}

  /**
   * What came of one claim.
   *
   * @param nextSeq where the customer's row goes on
   * @param failed the event that failed; null when none did
   * @param attempts tries so far of the failed event, or of the one at nextSeq
   * @param retryAt when to go on; null for at once, or for parked
   * @param isParked whether the failed event is given up on
   */
  record Outcome(
      Claimed claimed,
      long nextSeq,
      @Nullable StoredEvent failed,
      int attempts,
      @Nullable Instant retryAt,
      boolean isParked,
      String error) {}

  /** All of them, with a fixed number of statements. */
  static void write(Handle handle, List<Outcome> outcomes, Instant now) {
    // The same order on every node keeps two of them from waiting for each other.
    List<Outcome> sorted =
        outcomes.stream()
            .sorted(
                Comparator.comparing((Outcome o) -> o.claimed().whose().customerId())
                    .thenComparing(o -> o.claimed().whose().endpointId()))
            .toList();
    List<Outcome> rows = sorted.stream().filter(o -> !o.claimed().isReplay()).toList();
    List<Outcome> replays = sorted.stream().filter(o -> o.claimed().isReplay()).toList();
    if (!rows.isEmpty()) {
      moveCursors(handle, rows, now);
    }
    if (!replays.isEmpty()) {
      settleReplays(handle, replays, now);
    }
  }

  private static void moveCursors(Handle handle, List<Outcome> outcomes, Instant now) {
    List<Boolean> kept =
        handle
            .createQuery(
                "with o as (select * from unnest(:customers, :endpoints, :claims, :nexts,"
                    + "   :attempts, :retries)"
                    + "   as o(customer_id, endpoint_id, claim, next_seq, attempts, retry_at)),"
                    + " u as (update @.webhook_cursor c set next_seq = o.next_seq,"
                    + "   attempts = o.attempts, claim = null, claimed_until = null,"
                    + "   next_attempt_at = case when o.next_seq > c.until_seq then null"
                    + "     else coalesce(o.retry_at, :now) end"
                    + "   from o where c.customer_id = o.customer_id"
                    + "   and c.endpoint_id = o.endpoint_id and c.claim = o.claim"
                    + "   returning c.customer_id, c.endpoint_id)"
                    + " select u.customer_id is not null from o left join u"
                    + " on u.customer_id = o.customer_id and u.endpoint_id = o.endpoint_id"
                    + " order by o.customer_id, o.endpoint_id")
            .bindArray("customers", UUID.class, customers(outcomes))
            .bindArray("endpoints", UUID.class, endpoints(outcomes))
            .bindArray("claims", UUID.class, claims(outcomes))
            .bindArray("nexts", Long.class, outcomes.stream().map(Outcome::nextSeq).toList())
            .bindArray(
                "attempts",
                Integer.class,
                outcomes.stream().map(o -> o.isParked() ? 0 : o.attempts()).toList())
            .bindArray("retries", OffsetDateTime.class, retries(outcomes))
            .bind("now", at(now))
            .mapTo(Boolean.class)
            .list();
    List<Outcome> parked = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (kept.get(i) && outcomes.get(i).isParked()) {
        parked.add(outcomes.get(i));
      }
    }
    park(handle, parked, now);
  }

  private static void park(Handle handle, List<Outcome> parked, Instant now) {
    for (Outcome outcome : parked) {
      StoredEvent event = outcome.failed();
      if (event == null) {
        continue;
      }
      handle
          .createUpdate(
              "insert into @.webhook_replay (customer_id, seq, endpoint_id, event_id, type, status,"
                  + " attempts, last_error, since) values (:customer, :seq, :endpoint, :event,"
                  + " :type, 'PARKED', :attempts, :error, :now) on conflict do nothing")
          .bind("customer", event.customerId())
          .bind("seq", event.seq())
          .bind("endpoint", outcome.claimed().whose().endpointId())
          .bind("event", event.id())
          .bind("type", event.type())
          .bind("attempts", outcome.attempts())
          .bind("error", shortened(outcome.error()))
          .bind("now", at(now))
          .execute();
    }
  }

  private static void settleReplays(Handle handle, List<Outcome> outcomes, Instant now) {
    for (Outcome outcome : outcomes) {
      String sql =
          outcome.failed() == null
              ? "delete from @.webhook_replay"
              : "update @.webhook_replay set status = :status, attempts = :attempts,"
                  + " last_error = :error, since = :now, next_attempt_at = :retry,"
                  + " claim = null, claimed_until = null";
      OffsetDateTime retry =
          outcome.isParked() ? null : outcome.retryAt() == null ? at(now) : at(outcome.retryAt());
      var update =
          handle
              .createUpdate(
                  sql
                      + " where customer_id = :customer and seq = :seq"
                      + " and endpoint_id = :endpoint and claim = :claim")
              .bind("customer", outcome.claimed().whose().customerId())
              .bind("seq", outcome.claimed().nextSeq())
              .bind("endpoint", outcome.claimed().whose().endpointId())
              .bind("claim", outcome.claimed().claim());
      if (outcome.failed() != null) {
        update
            .bind("status", outcome.isParked() ? "PARKED" : "QUEUED")
            .bind("attempts", outcome.attempts())
            .bind("error", shortened(outcome.error()))
            .bind("now", at(now))
            .bind("retry", retry);
      }
      update.execute();
    }
  }

  /** The delivery log. */
  static void log(Handle handle, List<WebhookAttempt> attempts) {
    if (attempts.isEmpty()) {
      return;
    }
    var batch =
        handle.prepareBatch(
            "insert into @.webhook_attempt (endpoint_id, id, customer_id, seq, message_id, type,"
                + " number, at, delivered, status_code, duration_millis, response, error)"
                + " values (:endpoint, :id, cast(:customer as uuid), cast(:seq as bigint), :message,"
                + " :type, :number, :at, :delivered, cast(:status as int), :millis, :response, :error)");
    for (WebhookAttempt attempt : attempts) {
      batch
          .bind("endpoint", attempt.endpointId())
          .bind("id", attempt.id())
          .bind("customer", attempt.customerId())
          .bind("seq", attempt.seq())
          .bind("message", attempt.messageId())
          .bind("type", attempt.type())
          .bind("number", attempt.number())
          .bind("at", at(attempt.at()))
          .bind("delivered", attempt.delivered())
          .bind("status", attempt.statusCode())
          .bind("millis", attempt.durationMillis())
          .bind("response", attempt.response())
          .bind("error", shortened(attempt.error()))
          .add();
    }
    batch.execute();
  }

  private static String shortened(String error) {
    return error.substring(0, Math.min(error.length(), ERROR_LENGTH_MAX));
  }

  private static List<UUID> customers(List<Outcome> outcomes) {
    return outcomes.stream().map(o -> o.claimed().whose().customerId()).toList();
  }

  private static List<UUID> endpoints(List<Outcome> outcomes) {
    return outcomes.stream().map(o -> o.claimed().whose().endpointId()).toList();
  }

  private static List<UUID> claims(List<Outcome> outcomes) {
    return outcomes.stream().map(o -> o.claimed().claim()).toList();
  }

  private static List<@Nullable OffsetDateTime> retries(List<Outcome> outcomes) {
    List<@Nullable OffsetDateTime> result = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      Instant retryAt = outcome.retryAt();
      result.add(retryAt == null ? null : at(retryAt));
    }
    return result;
  }
}
