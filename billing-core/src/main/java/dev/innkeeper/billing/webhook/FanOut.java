package dev.innkeeper.billing.webhook;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventRelay;
import dev.innkeeper.billing.event.StoredEvent;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/**
 * Moves the cursors of endpoints that want an event: one statement, however many events and
 * endpoints there are. Told of an event again, it changes nothing. Thread-safe.
 */
public final class FanOut implements EventRelay {
  private final Database db;

  public FanOut(Database db) {
    this.db = db;
  }

  @Override
  public boolean isActive() {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select exists (select 1 from @.webhook_endpoint where status <> 'REMOVED')")
                .mapTo(Boolean.class)
                .one());
  }

  /**
   * A disabled endpoint's cursors move too: what it misses waits for it. A cursor that rests skips
   * what lies between, which the endpoint did not want when it happened.
   */
  @Override
  public void relay(List<StoredEvent> events) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "insert into @.webhook_cursor as c"
                        + " (customer_id, endpoint_id, next_seq, until_seq, next_attempt_at)"
                        + " select v.customer_id, e.id, min(v.seq), max(v.seq),"
                        + "   max(v.occurred_at)"
                        + " from unnest(:customers, :seqs, :types, :times)"
                        + "   as v(customer_id, seq, type, occurred_at)"
                        + " join @.webhook_endpoint e on e.status <> 'REMOVED'"
                        + "   and v.occurred_at >= e.created_at"
                        + "   and "
                        + wanted("e.event_types", "v.type")
                        + " group by v.customer_id, e.id order by v.customer_id, e.id"
                        + " on conflict (customer_id, endpoint_id) do update set"
                        + "   until_seq = excluded.until_seq,"
                        + "   next_seq = case when c.next_seq > c.until_seq"
                        + "     then greatest(c.next_seq, excluded.next_seq) else c.next_seq end,"
                        + "   next_attempt_at = coalesce(c.next_attempt_at,"
                        + "     excluded.next_attempt_at)"
                        + " where excluded.until_seq > c.until_seq")
                .bindArray(
                    "customers", UUID.class, events.stream().map(StoredEvent::customerId).toList())
                .bindArray("seqs", Long.class, events.stream().map(StoredEvent::seq).toList())
                .bindArray("types", String.class, events.stream().map(StoredEvent::type).toList())
                .bindArray(
                    "times",
                    OffsetDateTime.class,
                    events.stream().map(e -> e.occurredAt().atOffset(ZoneOffset.UTC)).toList())
                .execute());
  }

  /** The condition that a list of types, such as {@code invoice.*}, holds a type. */
  static String wanted(String list, String type) {
    return "(cardinality("
        + list
        + ") = 0 or exists (select 1 from unnest("
        + list
        + ") as w(t) where w.t = "
        + type
        + " or (right(w.t, 2) = '.*' and starts_with("
        + type
        + ", left(w.t, -1)))))";
  }
}
