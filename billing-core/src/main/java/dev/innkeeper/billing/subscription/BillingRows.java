package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.rating.Life;
import dev.innkeeper.billing.rating.Periods;
import dev.innkeeper.billing.rating.Rated;
import dev.innkeeper.billing.rating.Watermark;
import dev.innkeeper.billing.time.BillingCalendar;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes the watermarks of many customers, set-based: plain JDBC, as it is hot. */
final class BillingRows {
  private static final String MARK =
      "update @.subscription_billing b set billed_until = u.billed_until, open_from = u.open_from,"
          + " open = u.open, revision = b.revision + 1"
          + " from unnest(?, ?, ?, ?, ?, ?)"
          + " as u(customer_id, subscription_id, revision, billed_until, open_from, open)"
          + " where b.customer_id = u.customer_id and b.subscription_id = u.subscription_id"
          + " and b.revision = u.revision";

  /**
   * Of customers whose subscriptions were all charged up to one instant, to another. The old
   * instant guards it as the revision guards {@link #MARK}, and the number of rows.
   */
  private static final String MARK_ALL =
      "update @.subscription_billing set billed_until = ?, open_from = ?, revision = revision + 1"
          + " where customer_id = any(?) and prepaid = ? and billed_until = ? and open = ''";

  /** From so many customers on who move alike, a statement of their own is faster. */
  private static final int ALIKE_MIN = 32;

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

  private static final String DUE_ALIKE =
      "update @.billing_due set next_at = ?, period_index = ? where customer_id = any(?)";

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

  /**
   * What waits to be charged. Usage waits for the end of a period, whatever becomes of its
   * subscription.
   */
  record Waiting(BillingCalendar calendar, Instant next) {}

  /** Moves the watermarks, and says when each customer is due next. */
  void write(
      Handle handle,
      Funding funding,
      List<Marked> marked,
      Map<UUID, Waiting> waiting,
      Set<UUID> idle) {
    try {
      move(handle, withoutAlike(handle, funding, marked));
      due(handle, marked, waiting, idle);
    } catch (SQLException e) {
      throw new IllegalStateException("can't mark what was charged and say what is due", e);
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

  /**
   * From where to where the time of all that a customer has was charged, with nothing left open.
   */
  private record Move(Instant from, Instant to) {
    static @Nullable Move of(Marked marked, Periods periods) {
      Watermark now = marked.row().mark();
      Watermark next = marked.rated().next();
      boolean whole =
          now.isWhole()
              && next.isWhole()
              && marked.rated().nextDue() != null
              && openFrom(marked, periods).equals(next.billedUntil());
      return whole && !next.equals(now) ? new Move(now.billedUntil(), next.billedUntil()) : null;
    }
  }

  /** Customers who move alike, and their rows. */
  private static final class Alike {
    final List<UUID> customers = new ArrayList<>();
    final List<Marked> rows = new ArrayList<>();
  }

  /**
   * Moves the watermarks of customers who are like many others, by one statement for each kind: the
   * server goes through its index once instead of looking for every row.
   *
   * @param marked all rows of the customers that have the funding, each customer's together
   * @return those of the other customers
   */
  private List<Marked> withoutAlike(Handle handle, Funding funding, List<Marked> marked)
      throws SQLException {
    Map<Move, Alike> moves = new HashMap<>();
    Periods periods = new Periods();
    List<Marked> others = new ArrayList<>();
    for (int begin = 0, end; begin < marked.size(); begin = end) {
      UUID customer = marked.get(begin).row().customerId();
      Move move = Move.of(marked.get(begin), periods);
      for (end = begin + 1; end < marked.size(); end++) {
        Marked next = marked.get(end);
        if (!next.row().customerId().equals(customer)) {
          break;
        }
        move = move != null && move.equals(Move.of(next, periods)) ? move : null;
      }
      if (move == null) {
        others.addAll(marked.subList(begin, end));
      } else {
        Alike alike = moves.computeIfAbsent(move, m -> new Alike());
        alike.customers.add(customer);
        alike.rows.addAll(marked.subList(begin, end));
      }
    }
    for (Map.Entry<Move, Alike> each : moves.entrySet()) {
      if (each.getValue().customers.size() < ALIKE_MIN) {
        others.addAll(each.getValue().rows);
      } else {
        markAll(handle, funding, each.getKey(), each.getValue());
      }
    }
    return others;
  }

  private void markAll(Handle handle, Funding funding, Move move, Alike alike) throws SQLException {
    try (PreparedStatement update = handle.getConnection().prepareStatement(db.sql(MARK_ALL))) {
      OffsetDateTime to = move.to().atOffset(ZoneOffset.UTC);
      update.setObject(1, to);
      update.setObject(2, to);
      update.setArray(3, ids(handle, alike.customers.toArray(UUID[]::new)));
      update.setBoolean(4, funding == Funding.PREPAID);
      update.setObject(5, move.from().atOffset(ZoneOffset.UTC));
      requireAll(update.executeUpdate(), alike.rows.size());
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
    Periods periods = new Periods();
    for (int i = 0; i < n; i++) {
      Watermark next = moved.get(i).rated().next();
      billedUntil[i] = next.billedUntil();
      openFrom[i] = openFrom(moved.get(i), periods);
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

  /** The start of the oldest period that can still change: by usage, the one that goes on can. */
  private static Instant openFrom(Marked marked, Periods periods) {
    Watermark next = marked.rated().next();
    BillingCalendar calendar = marked.row().life().calendar();
    long oldest = periods.indexAt(calendar, next.billedUntil());
    for (Watermark.Slot slot : next.open().keySet()) {
      oldest = Math.min(oldest, slot.period());
    }
    return periods.period(calendar, oldest).interval().from();
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
    Map<UUID, Waiting> next = new HashMap<>(waiting);
    for (Marked each : marked) {
      Instant due = each.rated().nextDue();
      if (due != null) {
        next.merge(
            each.row().customerId(),
            new Waiting(each.row().life().calendar(), due),
            (a, b) -> a.next().isAfter(b.next()) ? b : a);
      }
    }
    List<UUID> done = idle.stream().filter(c -> !next.containsKey(c)).sorted().toList();
    if (!done.isEmpty()) {
      try (PreparedStatement delete =
          handle.getConnection().prepareStatement(db.sql(NOTHING_DUE))) {
        delete.setArray(1, ids(handle, done.toArray(UUID[]::new)));
        delete.executeUpdate();
      }
    }
    upsertDue(handle, next);
  }

  private void upsertDue(Handle handle, Map<UUID, Waiting> next) throws SQLException {
    if (next.isEmpty()) {
      return;
    }
    Periods periods = new Periods();
    Map<Due, List<UUID>> alike = new HashMap<>();
    next.forEach(
        (customer, waiting) -> {
          Instant at = waiting.next();
          long period = periods.indexAt(waiting.calendar(), at.minusNanos(1));
          alike.computeIfAbsent(new Due(at, period), d -> new ArrayList<>()).add(customer);
        });
    Map<UUID, Due> others = new TreeMap<>();
    for (Map.Entry<Due, List<UUID>> each : alike.entrySet()) {
      List<UUID> customers = each.getValue();
      if (customers.size() < ALIKE_MIN
          || dueAlike(handle, each.getKey(), customers) < customers.size()) {
        customers.forEach(customer -> others.put(customer, each.getKey()));
      }
    }
    if (!others.isEmpty() && due(handle, DUE, others) < others.size()) {
      due(handle, DUE_FIRST, others);
    }
  }

  /** When a customer is due, and the period that the instant ends or lies in. */
  private record Due(Instant at, long period) {}

  private int dueAlike(Handle handle, Due due, List<UUID> customers) throws SQLException {
    try (PreparedStatement update = handle.getConnection().prepareStatement(db.sql(DUE_ALIKE))) {
      update.setObject(1, due.at().atOffset(ZoneOffset.UTC));
      update.setLong(2, due.period());
      update.setArray(3, ids(handle, customers.toArray(UUID[]::new)));
      return update.executeUpdate();
    }
  }

  private int due(Handle handle, String sql, Map<UUID, Due> wanted) throws SQLException {
    try (PreparedStatement statement = handle.getConnection().prepareStatement(db.sql(sql))) {
      statement.setArray(1, ids(handle, wanted.keySet().toArray(UUID[]::new)));
      statement.setArray(
          2, instants(handle, wanted.values().stream().map(Due::at).toArray(Instant[]::new)));
      statement.setArray(
          3, array(handle, "int8", wanted.values().stream().map(Due::period).toArray(Long[]::new)));
      return statement.executeUpdate();
    }
  }

  /** The period that the instant ends or lies in. */
  static long dueIndex(BillingCalendar calendar, Instant at) {
    return calendar.indexAt(at.minusNanos(1));
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
