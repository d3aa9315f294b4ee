package dev.innkeeper.billing.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.problem.NotFound;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Writes events in the transaction that causes them, and reads them back. Thread-safe. */
public final class EventLog {
  private static final int PAGE_MAX = 500;

  private final Database db;
  private final ObjectMapper json;
  private final Ids ids;
  private final Clock clock;

  public EventLog(Database db, ObjectMapper json, Ids ids, Clock clock) {
    this.db = db;
    this.json = json;
    this.ids = ids;
    this.clock = clock;
  }

  /** {@link #append(List)} for one event. */
  public void append(BillingEvent event) {
    append(List.of(event));
  }

  /**
   * Stores events of any customers, in this order for each of them, with two statements however
   * many they are. Takes the customers' locks, in the order of their ids.
   *
   * @throws IllegalStateException outside a transaction: an event without its cause is a lie
   */
  public void append(List<? extends BillingEvent> events) {
    if (!db.inTransaction()) {
      throw new IllegalStateException("events are appended in the transaction that causes them");
    }
    if (events.isEmpty()) {
      return;
    }
    Map<UUID, Long> counts = new TreeMap<>();
    for (BillingEvent event : events) {
      counts.merge(event.customerId(), 1L, Long::sum);
    }
    db.run(handle -> insert(handle, events, reserve(handle, counts)));
  }

  /** Advances the customers' counters; gives the first new seq of each. */
  private Map<UUID, Long> reserve(Handle handle, Map<UUID, Long> counts) {
    Map<UUID, Long> first = new HashMap<>();
    handle
        .createQuery(
            "with wanted as (select * from unnest(:ids, :counts) as w(id, n)),"
                + " locked as (select s.customer_id, w.n from @.customer_state s"
                + "   join wanted w on w.id = s.customer_id"
                + "   order by s.customer_id for no key update of s)"
                + " update @.customer_state s set event_seq = s.event_seq + l.n"
                + " from locked l where s.customer_id = l.customer_id"
                + " returning s.customer_id, s.event_seq - l.n + 1")
        .bindArray("ids", UUID.class, counts.keySet())
        .bindArray("counts", Long.class, counts.values())
        .map((row, context) -> first.put(row.getObject(1, UUID.class), row.getLong(2)))
        .list();
    if (first.size() != counts.size()) {
      throw new IllegalStateException("an event names a customer that does not exist");
    }
    return first;
  }

  private void insert(Handle handle, List<? extends BillingEvent> events, Map<UUID, Long> nextSeq) {
    int n = events.size();
    UUID[] customers = new UUID[n];
    Long[] seqs = new Long[n];
    UUID[] eventIds = new UUID[n];
    String[] types = new String[n];
    String[] data = new String[n];
    for (int i = 0; i < n; i++) {
      BillingEvent event = events.get(i);
      customers[i] = event.customerId();
      seqs[i] = nextSeq.merge(event.customerId(), 1L, Long::sum) - 1;
      eventIds[i] = ids.next();
      types[i] = typeOf(event.getClass());
      data[i] = BillingJson.write(json, event);
    }
    OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
    String sql =
        db.sql(
            "insert into @.event (customer_id, seq, id, type, occurred_at, data, next_attempt_at)"
                + " select c, s, i, t, ?, cast(d as jsonb), ?"
                + " from unnest(?, ?, ?, ?, ?) as e(c, s, i, t, d)");
    try (PreparedStatement insert = handle.getConnection().prepareStatement(sql)) {
      insert.setObject(1, now);
      insert.setObject(2, now);
      insert.setArray(3, array(handle, "uuid", customers));
      insert.setArray(4, array(handle, "int8", seqs));
      insert.setArray(5, array(handle, "uuid", eventIds));
      insert.setArray(6, array(handle, "text", types));
      insert.setArray(7, array(handle, "text", data));
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException("can't store events", e);
    }
  }

  private static Array array(Handle handle, String type, Object[] values) throws SQLException {
    return handle.getConnection().createArrayOf(type, values);
  }

  /** The customer's events after a seq, oldest first, at most {@code limit} and 500. */
  public List<StoredEvent> of(UUID customerId, long afterSeq, int limit) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select customer_id, seq, id, type, occurred_at, data from @.event"
                        + " where customer_id = :customer and seq > :after"
                        + " order by seq limit :limit")
                .bind("customer", customerId)
                .bind("after", afterSeq)
                .bind("limit", Math.min(limit, PAGE_MAX))
                .map((row, context) -> stored(row))
                .list());
  }

  /** Events that were given up on, oldest first, at most {@code limit} and 500. */
  public List<ParkedEvent> parked(int limit) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select customer_id, seq, id, type, occurred_at, data, failed_hooks, last_error"
                        + " from @.event where status = 'PARKED' order by occurred_at, customer_id,"
                        + " seq limit :limit")
                .bind("limit", Math.min(limit, PAGE_MAX))
                .map(
                    (row, context) ->
                        new ParkedEvent(
                            stored(row),
                            List.of((String[]) row.getArray("failed_hooks").getArray()),
                            row.getString("last_error")))
                .list());
  }

  /**
   * Has an event delivered again, to every hook if it was delivered, to the hooks that failed if it
   * was parked.
   *
   * @throws NotFound when the customer has no event of this seq
   */
  public void replay(UUID customerId, long seq) {
    int found =
        db.tx(
            handle ->
                handle
                    .createUpdate(
                        "update @.event set status = 'PENDING', attempts = 0, next_attempt_at = :now"
                            + " where customer_id = :customer and seq = :seq")
                    .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .bind("customer", customerId)
                    .bind("seq", seq)
                    .execute());
    if (found == 0) {
      throw new NotFound("event", customerId + "/" + seq);
    }
  }

  static StoredEvent stored(ResultSet row) throws SQLException {
    return new StoredEvent(
        row.getObject("customer_id", UUID.class),
        row.getLong("seq"),
        row.getObject("id", UUID.class),
        row.getString("type"),
        row.getObject("occurred_at", OffsetDateTime.class).toInstant(),
        row.getString("data"));
  }

  /**
   * The name of an event's class.
   *
   * @throws IllegalArgumentException when the class carries no {@link EventType}
   */
  public static String typeOf(Class<? extends BillingEvent> type) {
    EventType name = type.getAnnotation(EventType.class);
    if (name == null) {
      throw new IllegalArgumentException(type + " has no @EventType");
    }
    return name.value();
  }
}
