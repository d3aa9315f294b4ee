package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.rating.Life;
import dev.innkeeper.billing.rating.Phase;
import dev.innkeeper.billing.rating.Rated;
import dev.innkeeper.billing.rating.Watermark;
import dev.innkeeper.billing.time.BillingCalendar;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads and writes the watermarks of many customers, set-based: plain JDBC, as it is hot. */
final class BillingRows {
  private static final String READ =
      "select b.customer_id, b.subscription_id, b.billed_until, b.open, b.trial_end, b.revision,"
          + " c.anchor_date, c.zone, p.from_at, p.to_at, p.price_version_id, p.quantity,"
          + " p.status = 'ACTIVE' as active"
          + " from @.customer c"
          + " join @.subscription_billing b on b.customer_id = c.id"
          + " left join @.subscription_phase p on p.customer_id = b.customer_id"
          + " and p.subscription_id = b.subscription_id"
          + " and (p.to_at is null or p.to_at >= b.open_from)"
          + " where c.id = any(?) and b.prepaid = ?"
          + " order by b.customer_id, b.subscription_id, p.from_at";

  /** Lives of subscriptions with usage to charge, from the period of the earliest record on. */
  private static final String LIVES =
      "select s.customer_id, s.id, s.started_at, '', s.trial_end, 0::bigint,"
          + " c.anchor_date, c.zone, p.from_at, p.to_at, p.price_version_id, p.quantity,"
          + " p.status = 'ACTIVE' as active"
          + " from unnest(?, ?, ?) as w(customer_id, subscription_id, earliest)"
          + " join @.subscription s on s.customer_id = w.customer_id and s.id = w.subscription_id"
          + " join @.customer c on c.id = s.customer_id"
          + " left join @.subscription_phase p on p.customer_id = s.customer_id"
          + " and p.subscription_id = s.id"
          + " and (p.to_at is null or p.to_at >= w.earliest - interval '32 days')"
          + " order by s.customer_id, s.id, p.from_at";

  private static final String MARK =
      "update @.subscription_billing b set billed_until = u.billed_until, open_from = u.open_from,"
          + " open = u.open, revision = b.revision + 1"
          + " from unnest(?, ?, ?, ?, ?, ?)"
          + " as u(customer_id, subscription_id, revision, billed_until, open_from, open)"
          + " where b.customer_id = u.customer_id and b.subscription_id = u.subscription_id"
          + " and b.revision = u.revision";

  private static final String FINISH =
      "delete from @.subscription_billing b"
          + " using unnest(?, ?, ?) as u(customer_id, subscription_id, revision)"
          + " where b.customer_id = u.customer_id and b.subscription_id = u.subscription_id"
          + " and b.revision = u.revision";

  /** Most customers who are billed were due before; an update costs half of an upsert. */
  private static final String DUE =
      "update @.billing_due d set next_at = u.next_at, period_index = u.period_index"
          + " from unnest(?, ?, ?) as u(customer_id, next_at, period_index)"
          + " where d.customer_id = u.customer_id";

  private static final String DUE_FIRST =
      "insert into @.billing_due (customer_id, next_at, period_index)"
          + " select * from unnest(?, ?, ?)"
          + " on conflict (customer_id) do update set next_at = excluded.next_at,"
          + " period_index = excluded.period_index";

  private static final String NOTHING_DUE =
      "delete from @.billing_due d where d.customer_id = any(?)";

  private final Database db;

  BillingRows(Database db) {
    this.db = db;
  }

  /** A subscription that is not charged to its end. */
  record Row(Life life, Watermark mark, long revision) {
    UUID customerId() {
      return life.customerId();
    }
  }

  /** Who pays when. */
  enum Funding {
    INVOICED,
    PREPAID
  }

  /** A row and what it was rated to. */
  record Marked(Row row, Rated rated) {}

  /** Usage that waits for the end of a period, whatever becomes of its subscription. */
  record Waiting(BillingCalendar calendar, Instant next) {}

  /** The rows of the customers, in order of customer and subscription. */
  void read(
      Handle handle,
      Funding funding,
      Collection<UUID> customers,
      Map<UUID, String> parked,
      Consumer<Row> consumer) {
    try (PreparedStatement read = handle.getConnection().prepareStatement(db.sql(READ))) {
      read.setArray(1, ids(handle, customers.toArray(UUID[]::new)));
      read.setBoolean(2, funding == Funding.PREPAID);
      try (ResultSet rows = read.executeQuery()) {
        new Reader(parked, consumer).readAll(rows);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't read what is to be charged", e);
    }
  }

  /** The lives of subscriptions, by the earliest instant that matters to each. */
  List<Life> lives(
      Handle handle,
      Map<UUID, Instant> earliest,
      Map<UUID, UUID> customers,
      Map<UUID, String> parked) {
    List<Life> lives = new ArrayList<>();
    List<UUID> subscriptions = List.copyOf(earliest.keySet());
    try (PreparedStatement read = handle.getConnection().prepareStatement(db.sql(LIVES))) {
      read.setArray(
          1, ids(handle, subscriptions.stream().map(customers::get).toArray(UUID[]::new)));
      read.setArray(2, ids(handle, subscriptions.toArray(UUID[]::new)));
      read.setArray(
          3,
          instants(
              handle,
              subscriptions.stream()
                  .map(s -> earliest.getOrDefault(s, Instant.EPOCH))
                  .toArray(Instant[]::new)));
      try (ResultSet rows = read.executeQuery()) {
        new Reader(parked, row -> lives.add(row.life())).readAll(rows);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't read lives", e);
    }
    return lives;
  }

  private static final class Reader {
    private final Map<UUID, String> parked;
    private final Consumer<Row> consumer;
    private final Map<String, BillingCalendar> calendars = new HashMap<>();
    private @Nullable UUID customer;
    private @Nullable UUID subscription;
    private @Nullable BillingCalendar calendar;
    private Instant trialEnd = Instant.EPOCH;
    private Instant billedUntil = Instant.EPOCH;
    private String open = "";
    private long revision;
    private List<Phase> phases = new ArrayList<>();

    private Reader(Map<UUID, String> parked, Consumer<Row> consumer) {
      this.parked = parked;
      this.consumer = consumer;
    }

    private void readAll(ResultSet rows) throws SQLException {
      while (rows.next()) {
        UUID nextSubscription = rows.getObject(2, UUID.class);
        if (!nextSubscription.equals(subscription)) {
          emit();
          begin(rows, nextSubscription);
        }
        phase(rows);
      }
      emit();
    }

    private void begin(ResultSet rows, UUID nextSubscription) throws SQLException {
      customer = rows.getObject(1, UUID.class);
      subscription = nextSubscription;
      billedUntil = instant(rows, 3);
      open = rows.getString(4);
      trialEnd = instant(rows, 5);
      revision = rows.getLong(6);
      LocalDate anchor = rows.getObject(7, LocalDate.class);
      String zone = rows.getString(8);
      calendar =
          calendars.computeIfAbsent(
              anchor + zone, k -> new BillingCalendar(anchor, ZoneId.of(zone)));
      phases = new ArrayList<>();
    }

    private void phase(ResultSet rows) throws SQLException {
      if (rows.getObject(9) != null) {
        OffsetDateTime to = rows.getObject(10, OffsetDateTime.class);
        phases.add(
            new Phase(
                instant(rows, 9),
                to == null ? null : to.toInstant(),
                rows.getObject(11, UUID.class),
                rows.getLong(12),
                rows.getBoolean(13)));
      }
    }

    private void emit() {
      if (customer == null || subscription == null || calendar == null) {
        return;
      }
      Row row;
      try {
        row =
            new Row(
                new Life(customer, subscription, calendar, trialEnd, phases),
                Watermark.of(billedUntil, open),
                revision);
      } catch (IllegalStateException e) {
        parked.put(customer, String.valueOf(e.getMessage()));
        return;
      }
      consumer.accept(row);
    }
  }

  /** Moves the watermarks, and says when each customer is due next. */
  void write(Handle handle, List<Marked> marked, Map<UUID, Waiting> waiting, Set<UUID> idle) {
    move(handle, marked);
    try {
      due(handle, marked, waiting, idle);
    } catch (SQLException e) {
      throw new IllegalStateException("can't say when customers are due", e);
    }
  }

  /** Moves the watermarks. */
  void move(Handle handle, List<Marked> marked) {
    List<Marked> finished = new ArrayList<>();
    List<Marked> moved = new ArrayList<>();
    for (Marked each : marked) {
      if (each.rated().nextDue() == null) {
        finished.add(each);
      } else if (!each.rated().next().equals(each.row().mark())) {
        moved.add(each);
      }
    }
    try {
      mark(handle, moved);
      finish(handle, finished);
    } catch (SQLException e) {
      throw new IllegalStateException("can't mark what was charged", e);
    }
  }

  private void mark(Handle handle, List<Marked> moved) throws SQLException {
    if (moved.isEmpty()) {
      return;
    }
    int n = moved.size();
    Instant[] billedUntil = new Instant[n];
    Instant[] openFrom = new Instant[n];
    String[] open = new String[n];
    for (int i = 0; i < n; i++) {
      Watermark next = moved.get(i).rated().next();
      billedUntil[i] = next.billedUntil();
      openFrom[i] = openFrom(moved.get(i));
      open[i] = next.openText();
    }
    try (PreparedStatement update = handle.getConnection().prepareStatement(db.sql(MARK))) {
      setKeys(handle, update, moved);
      update.setArray(4, instants(handle, billedUntil));
      update.setArray(5, instants(handle, openFrom));
      update.setArray(6, array(handle, "text", open));
      requireAll(update.executeUpdate(), n);
    }
  }

  /** The start of the oldest period that can still change. */
  private static Instant openFrom(Marked marked) {
    Watermark next = marked.rated().next();
    BillingCalendar calendar = marked.row().life().calendar();
    Instant from = next.billedUntil();
    for (Watermark.Slot slot : next.open().keySet()) {
      Instant start = calendar.startOf(slot.period());
      from = start.isBefore(from) ? start : from;
    }
    return from;
  }

  private void finish(Handle handle, List<Marked> finished) throws SQLException {
    if (finished.isEmpty()) {
      return;
    }
    try (PreparedStatement delete = handle.getConnection().prepareStatement(db.sql(FINISH))) {
      setKeys(handle, delete, finished);
      requireAll(delete.executeUpdate(), finished.size());
    }
  }

  private static void setKeys(Handle handle, PreparedStatement statement, List<Marked> marked)
      throws SQLException {
    int n = marked.size();
    UUID[] customers = new UUID[n];
    UUID[] subscriptions = new UUID[n];
    Long[] revisions = new Long[n];
    for (int i = 0; i < n; i++) {
      customers[i] = marked.get(i).row().customerId();
      subscriptions[i] = marked.get(i).row().life().subscriptionId();
      revisions[i] = marked.get(i).row().revision();
    }
    statement.setArray(1, ids(handle, customers));
    statement.setArray(2, ids(handle, subscriptions));
    statement.setArray(3, array(handle, "int8", revisions));
  }

  private static void requireAll(int updated, int wanted) {
    if (updated != wanted) {
      throw new IllegalStateException(
          (wanted - updated) + " subscriptions were charged by someone else meanwhile");
    }
  }

  private void due(Handle handle, List<Marked> marked, Map<UUID, Waiting> waiting, Set<UUID> idle)
      throws SQLException {
    Map<UUID, Instant> nextAt = new HashMap<>();
    Map<UUID, BillingCalendar> calendars = new HashMap<>();
    for (Marked each : marked) {
      UUID customer = each.row().customerId();
      calendars.put(customer, each.row().life().calendar());
      Instant due = each.rated().nextDue();
      if (due != null) {
        nextAt.merge(customer, due, (a, b) -> a.isBefore(b) ? a : b);
      }
    }
    waiting.forEach(
        (customer, each) -> {
          calendars.put(customer, each.calendar());
          nextAt.merge(customer, each.next(), (a, b) -> a.isBefore(b) ? a : b);
        });
    List<UUID> done = idle.stream().filter(c -> !nextAt.containsKey(c)).sorted().toList();
    if (!done.isEmpty()) {
      try (PreparedStatement delete =
          handle.getConnection().prepareStatement(db.sql(NOTHING_DUE))) {
        delete.setArray(1, ids(handle, done.toArray(UUID[]::new)));
        delete.executeUpdate();
      }
    }
    upsertDue(handle, nextAt, calendars);
  }

  private void upsertDue(
      Handle handle, Map<UUID, Instant> nextAt, Map<UUID, BillingCalendar> calendars)
      throws SQLException {
    if (nextAt.isEmpty()) {
      return;
    }
    List<UUID> customers = nextAt.keySet().stream().sorted().toList();
    Instant[] instants = new Instant[customers.size()];
    Long[] periods = new Long[customers.size()];
    for (int i = 0; i < customers.size(); i++) {
      Instant at = Objects.requireNonNull(nextAt.get(customers.get(i)));
      instants[i] = at;
      periods[i] = dueIndex(Objects.requireNonNull(calendars.get(customers.get(i))), at);
    }
    if (due(handle, DUE, customers, instants, periods) < customers.size()) {
      due(handle, DUE_FIRST, customers, instants, periods);
    }
  }

  private int due(
      Handle handle, String sql, List<UUID> customers, Instant[] instants, Long[] periods)
      throws SQLException {
    try (PreparedStatement statement = handle.getConnection().prepareStatement(db.sql(sql))) {
      statement.setArray(1, ids(handle, customers.toArray(UUID[]::new)));
      statement.setArray(2, instants(handle, instants));
      statement.setArray(3, array(handle, "int8", periods));
      return statement.executeUpdate();
    }
  }

  /** The period that the instant ends or lies in. */
  static long dueIndex(BillingCalendar calendar, Instant at) {
    return calendar.periodAt(at.minusNanos(1)).index();
  }

  static Instant instant(ResultSet rows, int column) throws SQLException {
    return rows.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static Array ids(Handle handle, UUID[] values) throws SQLException {
    return SqlArrays.ids(handle.getConnection(), values);
  }

  private static Array instants(Handle handle, Instant[] values) throws SQLException {
    return SqlArrays.instants(handle.getConnection(), values);
  }

  /** Sent in the server's binary form when it is an array of numbers or texts, not of objects. */
  private static Array array(Handle handle, String type, Object[] values) throws SQLException {
    return handle.getConnection().createArrayOf(type, values);
  }
}
