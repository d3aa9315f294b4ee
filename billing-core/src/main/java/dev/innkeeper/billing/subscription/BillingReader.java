package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.rating.Life;
import dev.innkeeper.billing.rating.Phase;
import dev.innkeeper.billing.rating.Watermark;
import dev.innkeeper.billing.time.BillingCalendar;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * Reads lives and watermarks of many customers, set-based: plain JDBC, as it is hot. What the
 * billing run reads is put together here and not by a join: of each table the server then goes
 * through its index once, where a join would look for every row apart.
 */
final class BillingReader {
  private static final String CALENDARS =
      "select id, anchor_date, zone from @.customer where id = any(?)";

  private static final String ROWS =
      "select customer_id, subscription_id, billed_until, open, trial_end, revision, open_from"
          + " from @.subscription_billing where customer_id = any(?) and prepaid = ?"
          + " order by customer_id, subscription_id";

  private static final String PHASES =
      "select customer_id, subscription_id, from_at, to_at, price_version_id, quantity,"
          + " status = 'ACTIVE' as active from @.subscription_phase"
          + " where customer_id = any(?) and (to_at is null or to_at >= ?)"
          + " order by customer_id, subscription_id, from_at";

  /** Lives of subscriptions with usage to charge, from the period on that is charged first. */
  private static final String LIVES =
      "select s.customer_id, s.id, s.trial_end, c.anchor_date, c.zone, p.from_at, p.to_at, p.price_version_id, p.quantity,"
          + " p.status = 'ACTIVE' as active"
          + " from unnest(?, ?, ?) as w(customer_id, subscription_id, earliest)"
          + " join @.subscription s on s.customer_id = w.customer_id and s.id = w.subscription_id"
          + " join @.customer c on c.id = s.customer_id"
          + " left join @.subscription_phase p on p.customer_id = s.customer_id"
          + " and p.subscription_id = s.id"
          + " and (p.to_at is null or p.to_at >= w.earliest - interval '32 days')"
          + " order by s.customer_id, s.id, p.from_at";

  private final Database db;

  BillingReader(Database db) {
    this.db = db;
  }

  private record Key(UUID customerId, UUID subscriptionId) implements Comparable<Key> {
    /** The order in which the server gives the rows. */
    @Override
    public int compareTo(Key other) {
      int order = Ids.compare(customerId, other.customerId);
      return order == 0 ? Ids.compare(subscriptionId, other.subscriptionId) : order;
    }
  }

  /** A row of the watermarks. */
  private record Mark(
      Key key, Instant billedUntil, String open, Instant trialEnd, long revision, Instant from) {}

  /**
   * Whose rows to read.
   *
   * @param calendars of the customers for whom they are known
   */
  record Wanted(
      BillingRows.Funding funding,
      Collection<UUID> customers,
      Map<UUID, BillingCalendar> calendars) {}

  /** The rows of the customers, in order of customer and subscription. */
  void read(
      Handle handle, Wanted wanted, Map<UUID, String> parked, Consumer<BillingRows.Row> consumer) {
    UUID[] ids = wanted.customers().toArray(UUID[]::new);
    try {
      List<Mark> marks = marks(handle, ids, wanted.funding());
      if (marks.isEmpty()) {
        return;
      }
      Map<UUID, BillingCalendar> calendars =
          wanted.calendars().keySet().containsAll(wanted.customers())
              ? wanted.calendars()
              : calendars(handle, ids);
      List<Stretch> stretches = stretches(handle, ids, marks);
      int next = 0;
      for (Mark mark : marks) {
        List<Phase> phases = new ArrayList<>(2);
        while (next < stretches.size() && stretches.get(next).key().compareTo(mark.key()) <= 0) {
          Stretch stretch = stretches.get(next++);
          Instant to = stretch.phase().to();
          if (stretch.key().equals(mark.key()) && (to == null || !to.isBefore(mark.from()))) {
            phases.add(stretch.phase());
          }
        }
        BillingCalendar calendar = calendars.get(mark.key().customerId());
        if (calendar != null) {
          row(mark, calendar, phases, parked, consumer);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't read what is to be charged", e);
    }
  }

  private static void row(
      Mark mark,
      BillingCalendar calendar,
      List<Phase> phases,
      Map<UUID, String> parked,
      Consumer<BillingRows.Row> consumer) {
    UUID customer = mark.key().customerId();
    BillingRows.Row row;
    try {
      row =
          new BillingRows.Row(
              new Life(customer, mark.key().subscriptionId(), calendar, mark.trialEnd(), phases),
              Watermark.of(mark.billedUntil(), mark.open()),
              mark.revision());
    } catch (IllegalStateException e) {
      parked.put(customer, String.valueOf(e.getMessage()));
      return;
    }
    consumer.accept(row);
  }

  private List<Mark> marks(Handle handle, UUID[] customers, BillingRows.Funding funding)
      throws SQLException {
    List<Mark> marks = new ArrayList<>();
    try (PreparedStatement read = handle.getConnection().prepareStatement(db.sql(ROWS))) {
      read.setArray(1, ids(handle, customers));
      read.setBoolean(2, funding == BillingRows.Funding.PREPAID);
      try (ResultSet rows = read.executeQuery()) {
        while (rows.next()) {
          marks.add(
              new Mark(
                  key(rows),
                  SqlValues.instant(rows, 3),
                  rows.getString(4),
                  SqlValues.instant(rows, 5),
                  rows.getLong(6),
                  SqlValues.instant(rows, 7)));
        }
      }
    }
    return marks;
  }

  private static Key key(ResultSet rows) throws SQLException {
    return new Key(rows.getObject(1, UUID.class), rows.getObject(2, UUID.class));
  }

  private Map<UUID, BillingCalendar> calendars(Handle handle, UUID[] customers)
      throws SQLException {
    Map<String, BillingCalendar> known = new HashMap<>();
    Map<UUID, BillingCalendar> calendars = new HashMap<>();
    try (PreparedStatement read = handle.getConnection().prepareStatement(db.sql(CALENDARS))) {
      read.setArray(1, ids(handle, customers));
      try (ResultSet rows = read.executeQuery()) {
        while (rows.next()) {
          calendars.put(rows.getObject(1, UUID.class), calendar(known, rows, 2));
        }
      }
    }
    return calendars;
  }

  /** Of an anchor's date and the zone after it. */
  private static BillingCalendar calendar(
      Map<String, BillingCalendar> known, ResultSet rows, int column) throws SQLException {
    LocalDate anchor = rows.getObject(column, LocalDate.class);
    String zone = rows.getString(column + 1);
    return known.computeIfAbsent(anchor + zone, k -> new BillingCalendar(anchor, ZoneId.of(zone)));
  }

  /** A phase of a subscription's. */
  private record Stretch(Key key, Phase phase) {}

  /** Those that can still matter to any of the marks, in order of subscription and time. */
  private List<Stretch> stretches(Handle handle, UUID[] customers, List<Mark> marks)
      throws SQLException {
    Instant earliest = marks.get(0).from();
    for (Mark mark : marks) {
      earliest = mark.from().isBefore(earliest) ? mark.from() : earliest;
    }
    List<Stretch> stretches = new ArrayList<>();
    try (PreparedStatement read = handle.getConnection().prepareStatement(db.sql(PHASES))) {
      read.setArray(1, ids(handle, customers));
      read.setObject(2, earliest.atOffset(ZoneOffset.UTC));
      try (ResultSet rows = read.executeQuery()) {
        while (rows.next()) {
          stretches.add(new Stretch(key(rows), phase(rows, 3)));
        }
      }
    }
    return stretches;
  }

  /** Of a phase's columns, the first of which is when it began. */
  private static Phase phase(ResultSet rows, int column) throws SQLException {
    return new Phase(
        SqlValues.instant(rows, column),
        SqlValues.instantOrNull(rows, column + 1),
        rows.getObject(column + 2, UUID.class),
        rows.getLong(column + 3),
        rows.getBoolean(column + 4));
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
          SqlArrays.instants(
              handle.getConnection(),
              subscriptions.stream()
                  .map(s -> earliest.getOrDefault(s, Instant.EPOCH))
                  .toArray(Instant[]::new)));
      try (ResultSet rows = read.executeQuery()) {
        Map<String, BillingCalendar> known = new HashMap<>();
        Map<Key, Lived> lived = new LinkedHashMap<>();
        while (rows.next()) {
          Lived one = lived.get(key(rows));
          if (one == null) {
            one =
                new Lived(calendar(known, rows, 4), SqlValues.instant(rows, 3), new ArrayList<>(1));
            lived.put(key(rows), one);
          }
          if (rows.getObject(6) != null) {
            one.phases().add(phase(rows, 6));
          }
        }
        lived.forEach((key, one) -> one.addTo(lives, key, parked));
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't read lives", e);
    }
    return lives;
  }

  /** A life while it is read. */
  private record Lived(BillingCalendar calendar, Instant trialEnd, List<Phase> phases) {
    void addTo(List<Life> lives, Key key, Map<UUID, String> parked) {
      UUID customer = key.customerId();
      try {
        lives.add(new Life(customer, key.subscriptionId(), calendar, trialEnd, phases));
      } catch (IllegalStateException e) {
        parked.put(customer, String.valueOf(e.getMessage()));
      }
    }
  }

  private static Array ids(Handle handle, UUID[] values) throws SQLException {
    return SqlArrays.ids(handle.getConnection(), values);
  }
}
