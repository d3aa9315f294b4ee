package dev.innkeeper.billing.webhook;

import static dev.innkeeper.billing.webhook.EndpointStore.at;

import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.event.StoredEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Takes up what is due, so that no other node does so at the same time. */
final class Claims {
  private static final int EVENTS_A_CLAIM = 10;

  private Claims() {}

  /** Who takes up, and until when the others leave it alone. */
  record Lease(UUID claim, Instant wallNow, Instant until) {}

  /** How many of an endpoint's customers to take up. */
  record Quota(UUID endpointId, int customers) {}

  /** What a piece of work is about. */
  record Whose(UUID endpointId, UUID customerId) {}

  /**
   * Events of one customer for one endpoint.
   *
   * @param whose customer and endpoint
   * @param claim the right to write down what came of it
   * @param isReplay whether it is one event apart from the row
   * @param events in order; may be empty where the endpoint wants none of them any more
   * @param attempts tries of the first one so far
   * @param nextSeq where the cursor goes once all of them are delivered
   */
  record Claimed(
      Whose whose,
      UUID claim,
      boolean isReplay,
      List<StoredEvent> events,
      int attempts,
      long nextSeq) {}

  private record Range(Whose whose, long fromSeq, long untilSeq, int attempts) {}

  static List<Claimed> cursors(Handle handle, List<Quota> quotas, Lease lease, Instant now) {
    List<Range> ranges =
        claiming(
                handle,
                "with due as (select c.customer_id, c.endpoint_id"
                    + " from unnest(:endpoints, :counts) as w(endpoint_id, n)"
                    + " cross join lateral (select customer_id, endpoint_id from @.webhook_cursor x"
                    + "   where x.endpoint_id = w.endpoint_id and x.next_attempt_at <= :now"
                    + "   and (x.claimed_until is null or x.claimed_until <= :wallNow)"
                    + "   order by x.next_attempt_at limit w.n for update skip locked) c)"
                    + " update @.webhook_cursor c set claim = :claim, claimed_until = :until"
                    + " from due d where c.customer_id = d.customer_id"
                    + " and c.endpoint_id = d.endpoint_id"
                    + " returning c.endpoint_id, c.customer_id, c.next_seq, c.until_seq, c.attempts",
                quotas,
                lease,
                now)
            .map(
                (row, context) ->
                    new Range(
                        new Whose(row.getObject(1, UUID.class), row.getObject(2, UUID.class)),
                        row.getLong(3),
                        row.getLong(4),
                        row.getInt(5)))
            .list();
    return ranges.isEmpty() ? List.of() : withEvents(handle, ranges, lease);
  }

  private static List<Claimed> withEvents(Handle handle, List<Range> ranges, Lease lease) {
    Map<Whose, List<StoredEvent>> events = new LinkedHashMap<>();
    handle
        .createQuery(
            "select r.endpoint_id, e.* from unnest(:endpoints, :customers, :froms, :untils)"
                + " as r(endpoint_id, customer_id, from_seq, until_seq)"
                + " join @.webhook_endpoint w on w.id = r.endpoint_id"
                + " cross join lateral (select customer_id, seq, id, type, occurred_at, data"
                + "   from @.event v where v.customer_id = r.customer_id"
                + "   and v.seq between r.from_seq and r.until_seq and "
                + FanOut.wanted("w.event_types", "v.type")
                + "   order by v.seq limit :limit) e order by r.endpoint_id, e.customer_id, e.seq")
        .bindArray(
            "endpoints", UUID.class, ranges.stream().map(r -> r.whose().endpointId()).toList())
        .bindArray(
            "customers", UUID.class, ranges.stream().map(r -> r.whose().customerId()).toList())
        .bindArray("froms", Long.class, ranges.stream().map(Range::fromSeq).toList())
        .bindArray("untils", Long.class, ranges.stream().map(Range::untilSeq).toList())
        .bind("limit", EVENTS_A_CLAIM)
        .map(
            (row, context) -> {
              UUID endpoint = row.getObject("endpoint_id", UUID.class);
              StoredEvent event = event(row);
              return events
                  .computeIfAbsent(new Whose(endpoint, event.customerId()), k -> new ArrayList<>())
                  .add(event);
            })
        .list();
    List<Claimed> result = new ArrayList<>();
    for (Range range : ranges) {
      List<StoredEvent> own = events.getOrDefault(range.whose(), List.of());
      boolean more = own.size() == EVENTS_A_CLAIM;
      long nextSeq = more ? own.get(own.size() - 1).seq() + 1 : range.untilSeq() + 1;
      result.add(new Claimed(range.whose(), lease.claim(), false, own, range.attempts(), nextSeq));
    }
    return result;
  }

  /** The first queued event of each customer: replays keep a customer's order too. */
  static List<Claimed> replays(Handle handle, List<Quota> quotas, Lease lease, Instant now) {
    return claiming(
            handle,
            "with due as (select c.customer_id, c.seq, c.endpoint_id"
                + " from unnest(:endpoints, :counts) as w(endpoint_id, n)"
                + " cross join lateral (select customer_id, seq, endpoint_id"
                + "   from @.webhook_replay x"
                + "   where x.endpoint_id = w.endpoint_id and x.status = 'QUEUED'"
                + "   and x.next_attempt_at <= :now"
                + "   and (x.claimed_until is null or x.claimed_until <= :wallNow)"
                + "   and not exists (select 1 from @.webhook_replay p where p.status = 'QUEUED'"
                + "     and p.endpoint_id = x.endpoint_id and p.customer_id = x.customer_id"
                + "     and p.seq < x.seq)"
                + "   order by x.next_attempt_at limit w.n for update skip locked) c),"
                + " taken as (update @.webhook_replay r set claim = :claim, claimed_until = :until"
                + "   from due d where r.customer_id = d.customer_id and r.seq = d.seq"
                + "   and r.endpoint_id = d.endpoint_id"
                + "   returning r.endpoint_id, r.customer_id, r.seq, r.attempts)"
                + " select t.endpoint_id, t.attempts, e.customer_id, e.seq, e.id, e.type,"
                + " e.occurred_at, e.data from taken t"
                + " join @.event e on e.customer_id = t.customer_id and e.seq = t.seq",
            quotas,
            lease,
            now)
        .map(
            (row, context) -> {
              StoredEvent event = event(row);
              Whose whose = new Whose(row.getObject("endpoint_id", UUID.class), event.customerId());
              int attempts = row.getInt("attempts");
              return new Claimed(whose, lease.claim(), true, List.of(event), attempts, event.seq());
            })
        .list();
  }

  /** A statement that takes what is due of each endpoint, as many as its quota. */
  private static Query claiming(
      Handle handle, String sql, List<Quota> quotas, Lease lease, Instant now) {
    return handle
        .createQuery(sql)
        .bindArray("endpoints", UUID.class, quotas.stream().map(Quota::endpointId).toList())
        .bindArray("counts", Integer.class, quotas.stream().map(Quota::customers).toList())
        .bind("now", at(now))
        .bind("wallNow", at(lease.wallNow()))
        .bind("until", at(lease.until()))
        .bind("claim", lease.claim());
  }

  private static StoredEvent event(ResultSet row) throws SQLException {
    return new StoredEvent(
        row.getObject("customer_id", UUID.class),
        row.getLong("seq"),
        row.getObject("id", UUID.class),
        row.getString("type"),
        SqlValues.instant(row, "occurred_at"),
        row.getString("data"));
  }
}
