package dev.innkeeper.billing.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.CopyRows;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.Json;
import dev.innkeeper.billing.json.JsonWriter;
import dev.innkeeper.billing.problem.NotFound;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/** Writes events in the transaction that causes them, and reads them back. Thread-safe. */
public final class EventLog {
  private static final int PAGE_MAX = 500;
  private static final int LOOK_BACK = 50_000;
  private static final int REPLAY_MAX = 10_000;

  /** From so many events on, COPY is faster. */
  private static final int COPIED_MIN = 32;

  private static final int COLUMNS = 7;
  private static final String COPY =
      "copy @.event (customer_id, seq, id, type, occurred_at, data, next_attempt_at) from stdin"
          + " with (format binary)";
  private static final String INSERT =
      "insert into @.event (customer_id, seq, id, type, occurred_at, data, next_attempt_at)"
          + " select c, s, i, t, ?, cast(d as jsonb), ?"
          + " from unnest(?, ?, ?, ?, ?) as e(c, s, i, t, d)";

  private static final String ADVANCE =
      "with wanted as (select * from unnest(:ids, :counts) as w(id, n)),"
          + " locked as (select s.customer_id, w.n from @.customer_state s"
          + "   join wanted w on w.id = s.customer_id"
          + "   order by s.customer_id for no key update of s)"
          + " update @.customer_state s set event_seq = s.event_seq + l.n"
          + " from locked l where s.customer_id = l.customer_id"
          + " returning s.customer_id, s.event_seq - l.n + 1";

  /** Of customers who are locked, by the same number for all of them. */
  private static final String ADVANCE_LOCKED =
      "update @.customer_state set event_seq = event_seq + :n where customer_id = any(:ids)"
          + " returning customer_id, event_seq - :n + 1";

  private final Database db;
  private final ObjectMapper json;
  private final Ids ids;
  private final Clock clock;
  private final List<TransactionHook> hooks;

  public EventLog(Database db, ObjectMapper json, Ids ids, Clock clock) {
    this(db, json, ids, clock, List.of());
  }

  /**
   * @param hooks called for each event in the transaction that causes it, in this order
   */
  public EventLog(
      Database db, ObjectMapper json, Ids ids, Clock clock, List<TransactionHook> hooks) {
    this.db = db;
    this.json = json;
    this.ids = ids;
    this.clock = clock;
    this.hooks = List.copyOf(hooks);
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
    append(events, EventLog::advance);
  }

  /**
   * {@link #append(List)} by a caller that holds the locks of all the events' customers, which
   * saves the server looking for each of them twice.
   */
  public void appendLocked(List<? extends BillingEvent> events) {
    append(events, EventLog::advanceLocked);
  }

  /** Advances the customers' counters; gives the first new seq of each. */
  private interface Advance {
    Map<UUID, Long> advance(Handle handle, Map<UUID, Long> counts);
  }

  private void append(List<? extends BillingEvent> events, Advance advance) {
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
    db.run(
        handle -> {
          Map<UUID, Long> first = advance.advance(handle, counts);
          if (first.size() != counts.size()) {
            throw new IllegalStateException("an event names a customer that does not exist");
          }
          store(handle, events, first);
        });
    if (!hooks.isEmpty()) {
      tellHooks(events);
    }
  }

  private void tellHooks(List<? extends BillingEvent> events) {
    db.run(
        handle -> {
          for (BillingEvent event : events) {
            for (TransactionHook hook : hooks) {
              if (hook.wants(event)) {
                hook.handle(event, handle.getConnection());
              }
            }
          }
        });
  }

  private static Map<UUID, Long> advance(Handle handle, Map<UUID, Long> counts) {
    Map<UUID, Long> first = new HashMap<>();
    handle
        .createQuery(ADVANCE)
        .bindArray("ids", UUID.class, counts.keySet())
        .bindArray("counts", Long.class, counts.values())
        .map((row, context) -> first.put(row.getObject(1, UUID.class), row.getLong(2)))
        .list();
    return first;
  }

  private static Map<UUID, Long> advanceLocked(Handle handle, Map<UUID, Long> counts) {
    Map<Long, List<UUID>> byCount = new HashMap<>();
    counts.forEach(
        (customer, count) -> byCount.computeIfAbsent(count, n -> new ArrayList<>()).add(customer));
    Map<UUID, Long> first = new HashMap<>();
    byCount.forEach(
        (count, customers) ->
            handle
                .createQuery(ADVANCE_LOCKED)
                .bind("n", count)
                .bindArray("ids", UUID.class, customers)
                .map((row, context) -> first.put(row.getObject(1, UUID.class), row.getLong(2)))
                .list());
    return first;
  }

  /** Few go by one round trip, many by COPY, which takes two and is faster by the row. */
  private void store(Handle handle, List<? extends BillingEvent> events, Map<UUID, Long> nextSeq) {
    Instant now = clock.instant();
    try (JsonWriter documents = new JsonWriter(json)) {
      Stream<Row> rows = rows(events, nextSeq, documents);
      if (events.size() >= COPIED_MIN) {
        copy(handle, rows, now);
      } else {
        insert(handle, rows.toList(), now);
      }
    }
  }

  /** A row to be. */
  private record Row(UUID customerId, long seq, UUID id, String type, Json data) {}

  /** In the events' order, each made when it is asked for. */
  private Stream<Row> rows(
      List<? extends BillingEvent> events, Map<UUID, Long> nextSeq, JsonWriter documents) {
    Map<Class<?>, String> types = new HashMap<>();
    return events.stream()
        .map(
            event ->
                new Row(
                    event.customerId(),
                    nextSeq.merge(event.customerId(), 1L, Long::sum) - 1,
                    ids.next(),
                    types.computeIfAbsent(event.getClass(), type -> typeOf(event.getClass())),
                    documents.write(event)));
  }

  private void copy(Handle handle, Stream<Row> rows, Instant now) {
    try (CopyRows copy = new CopyRows(handle.getConnection(), db.sql(COPY), COLUMNS)) {
      rows.forEachOrdered(
          row ->
              copy.row()
                  .id(row.customerId())
                  .int8(row.seq())
                  .id(row.id())
                  .text(row.type())
                  .instant(now)
                  .jsonb(row.data())
                  .instant(now));
      copy.finish();
    }
  }

  private void insert(Handle handle, List<Row> rows, Instant now) {
    Connection connection = handle.getConnection();
    OffsetDateTime at = now.atOffset(ZoneOffset.UTC);
    try (PreparedStatement insert = connection.prepareStatement(db.sql(INSERT))) {
      insert.setObject(1, at);
      insert.setObject(2, at);
      insert.setArray(
          3, SqlArrays.ids(connection, rows.stream().map(Row::customerId).toArray(UUID[]::new)));
      insert.setArray(
          4, array(connection, "int8", rows.stream().map(Row::seq).toArray(Long[]::new)));
      insert.setArray(
          5, SqlArrays.ids(connection, rows.stream().map(Row::id).toArray(UUID[]::new)));
      insert.setArray(
          6, array(connection, "text", rows.stream().map(Row::type).toArray(String[]::new)));
      insert.setArray(
          7,
          array(
              connection,
              "text",
              rows.stream().map(r -> r.data().toString()).toArray(String[]::new)));
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException("can't store events", e);
    }
  }

  private static Array array(Connection connection, String type, Object[] values)
      throws SQLException {
    return connection.createArrayOf(type, values);
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

  /**
   * What happened, the latest first, out of the 50,000 events before the query's cursor: a rare
   * type is not looked for through all times.
   */
  public List<StoredEvent> search(EventQuery query) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select * from (select customer_id, seq, id, type, occurred_at, data"
                        + " from @.event where (occurred_at, customer_id, seq)"
                        + " < (:at, :customer, :seq) order by occurred_at desc, customer_id desc,"
                        + " seq desc limit :lookBack) e where :type = '' or e.type = :type"
                        + " or (right(:type, 2) = '.*' and starts_with(e.type, left(:type, -1)))"
                        + " order by occurred_at desc, customer_id desc, seq desc limit :limit")
                .bind("at", query.beforeAt().atOffset(ZoneOffset.UTC))
                .bind("customer", query.beforeCustomer())
                .bind("seq", query.beforeSeq())
                .bind("lookBack", LOOK_BACK)
                .bind("type", query.type())
                .bind("limit", Math.min(query.limit(), PAGE_MAX))
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

  /**
   * Has events that were given up on delivered again, the oldest first, to the hooks that failed.
   *
   * @return how many, at most 10,000; call again for more
   */
  public int replayParked() {
    return db.tx(
        handle ->
            handle
                .createUpdate(
                    "update @.event e set status = 'PENDING', attempts = 0, next_attempt_at = :now"
                        + " from (select customer_id, seq from @.event where status = 'PARKED'"
                        + " order by occurred_at, customer_id, seq limit :limit for update) p"
                        + " where e.customer_id = p.customer_id and e.seq = p.seq")
                .bind("limit", REPLAY_MAX)
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                .execute());
  }

  static StoredEvent stored(ResultSet row) throws SQLException {
    return new StoredEvent(
        row.getObject("customer_id", UUID.class),
        row.getLong("seq"),
        row.getObject("id", UUID.class),
        row.getString("type"),
        SqlValues.instant(row, "occurred_at"),
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
