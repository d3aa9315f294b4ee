package dev.innkeeper.billing.usage;

import dev.innkeeper.billing.catalog.Meter;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.rating.UsageJob;
import dev.innkeeper.billing.rating.UsageRater;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Counts usage for charging, and remembers what was charged: set-based, a fixed number of
 * statements for any number of customers. For the engine's own use. Thread-safe.
 */
public final class UsageStore {
  private static final String WINDOWS =
      " from unnest(?, ?, ?, ?, ?, ?) as w(job, customer_id, subscription_id, meter, from_at, to_at)"
          + " join @.usage_record u on u.customer_id = w.customer_id"
          + " and u.subscription_id = w.subscription_id and u.meter = w.meter"
          + " and u.replaced_by is null";

  /** A counter's record belongs where it starts. */
  private static final String STARTS_IN = " and u.from_at >= w.from_at and u.from_at < w.to_at";

  /** A gauge's record holds from its start to its end, a moment's for that moment. */
  private static final String OVERLAPS =
      " and u.from_at >= w.from_at - interval '32 days' and u.from_at < w.to_at"
          + " and (u.to_at > w.from_at or u.from_at >= w.from_at)";

  private static final String HOURS =
      "sum(u.quantity * extract(epoch from least(u.to_at, w.to_at)"
          + " - greatest(u.from_at, w.from_at))) / 3600";
  private static final String LAST =
      "(array_agg(u.quantity order by u.from_at desc, u.to_at desc, u.recorded_at desc,"
          + " u.idempotency_key desc))[1]";

  private final Database db;

  public UsageStore(Database db) {
    this.db = db;
  }

  /** Records of one meter that no charge has seen, or a minimum that could not be paid. */
  public record Pending(
      UUID customerId, UUID subscriptionId, String meter, Instant earliest, Instant latest) {}

  /**
   * What waits to be charged, in order of customer, subscription and meter. The rows are locked, so
   * that records arriving meanwhile wait for the outcome.
   */
  public List<Pending> lockPending(Handle handle, Collection<UUID> customers) {
    return pending(handle, customers, " for update");
  }

  /** {@link #lockPending} without locks, for a look ahead. */
  public List<Pending> pending(Handle handle, Collection<UUID> customers) {
    return pending(handle, customers, "");
  }

  private List<Pending> pending(Handle handle, Collection<UUID> customers, String lock) {
    String sql =
        db.sql(
            "select customer_id, subscription_id, meter, earliest, latest from @.usage_pending"
                + " where customer_id = any(?) order by customer_id, subscription_id, meter"
                + lock);
    List<Pending> result = new ArrayList<>();
    try (PreparedStatement select = handle.getConnection().prepareStatement(sql)) {
      select.setArray(1, ids(handle, customers));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          result.add(
              new Pending(
                  rows.getObject(1, UUID.class),
                  rows.getObject(2, UUID.class),
                  rows.getString(3),
                  SqlValues.instant(rows, 4),
                  SqlValues.instant(rows, 5)));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't read pending usage", e);
    }
    return result;
  }

  /** Has the jobs' periods wait to be charged, as records in them do. */
  public void addPending(Handle handle, List<UsageJob> jobs) {
    String sql =
        db.sql(
            Usage.PENDING
                + "select customer_id, subscription_id, meter, min(at), max(at)"
                + " from unnest(?, ?, ?, ?) as w(customer_id, subscription_id, meter, at)"
                + " group by 1, 2, 3"
                + Usage.REACHES_FURTHER);
    try (PreparedStatement upsert = handle.getConnection().prepareStatement(sql)) {
      upsert.setArray(1, ids(handle, jobs.stream().map(UsageJob::customerId).toList()));
      upsert.setArray(2, ids(handle, jobs.stream().map(UsageJob::subscriptionId).toList()));
      upsert.setArray(3, array(handle, "text", jobs.stream().map(j -> j.meter().code()).toArray()));
      upsert.setArray(
          4,
          array(
              handle,
              "timestamptz",
              jobs.stream()
                  .map(j -> j.windows().get(0).from().atOffset(ZoneOffset.UTC))
                  .toArray()));
      upsert.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException("can't remember what usage is owed", e);
    }
  }

  /** The meters' aggregates of the jobs, in their order; zero where there are no records. */
  public List<BigDecimal> aggregates(Handle handle, List<UsageJob> jobs) {
    Map<Aggregate, List<Integer>> byKind = new EnumMap<>(Aggregate.class);
    for (int i = 0; i < jobs.size(); i++) {
      byKind.computeIfAbsent(Aggregate.of(jobs.get(i).meter()), k -> new ArrayList<>()).add(i);
    }
    BigDecimal[] result = new BigDecimal[jobs.size()];
    Arrays.fill(result, BigDecimal.ZERO);
    byKind.forEach((kind, indexes) -> aggregate(handle, kind, jobs, indexes, result));
    return List.of(result);
  }

  private enum Aggregate {
    SUM("sum(u.quantity)", STARTS_IN),
    MAX("max(u.quantity)", STARTS_IN),
    LAST_STARTED(LAST, STARTS_IN),
    UNIQUE("count(distinct u.item)", STARTS_IN),
    UNIT_HOURS(HOURS, OVERLAPS),
    LEVEL_MAX("max(u.quantity)", OVERLAPS),
    LEVEL_LAST(LAST, OVERLAPS);

    private final String expression;
    private final String condition;

    Aggregate(String expression, String condition) {
      this.expression = expression;
      this.condition = condition;
    }

    static Aggregate of(Meter meter) {
      boolean gauge = meter.kind() == Meter.Kind.GAUGE;
      return switch (meter.aggregation()) {
        case SUM -> gauge ? UNIT_HOURS : SUM;
        case MAX -> gauge ? LEVEL_MAX : MAX;
        case LAST -> gauge ? LEVEL_LAST : LAST_STARTED;
        case UNIQUE -> UNIQUE;
      };
    }
  }

  private void aggregate(
      Handle handle,
      Aggregate kind,
      List<UsageJob> jobs,
      List<Integer> indexes,
      BigDecimal[] result) {
    List<Object> job = new ArrayList<>();
    List<UUID> customers = new ArrayList<>();
    List<UUID> subscriptions = new ArrayList<>();
    List<Object> meters = new ArrayList<>();
    List<Object> from = new ArrayList<>();
    List<Object> to = new ArrayList<>();
    for (int index : indexes) {
      UsageJob each = jobs.get(index);
      for (Interval window : each.windows()) {
        job.add(index);
        customers.add(each.customerId());
        subscriptions.add(each.subscriptionId());
        meters.add(each.meter().code());
        from.add(window.from().atOffset(ZoneOffset.UTC));
        to.add(window.to().atOffset(ZoneOffset.UTC));
      }
    }
    String sql =
        db.sql("select w.job, " + kind.expression + WINDOWS + kind.condition + " group by w.job");
    try (PreparedStatement select = handle.getConnection().prepareStatement(sql)) {
      select.setArray(1, array(handle, "int4", job.toArray()));
      select.setArray(2, ids(handle, customers));
      select.setArray(3, ids(handle, subscriptions));
      select.setArray(4, array(handle, "text", meters.toArray()));
      select.setArray(5, array(handle, "timestamptz", from.toArray()));
      select.setArray(6, array(handle, "timestamptz", to.toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          result[rows.getInt(1)] = rows.getBigDecimal(2);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't count usage", e);
    }
  }

  /** What was charged before for the jobs, in their order. */
  public List<UsageRater.Before> charged(Handle handle, List<UsageJob> jobs) {
    UsageRater.Before[] result = new UsageRater.Before[jobs.size()];
    Arrays.fill(result, UsageRater.Before.NOTHING);
    String sql =
        db.sql(
            "select w.job, c.quantity, c.minor_units from unnest(?, ?, ?, ?, ?, ?)"
                + " as w(job, customer_id, subscription_id, period_index, price_version_id,"
                + " component) join @.usage_charged c using (customer_id, subscription_id,"
                + " period_index, price_version_id, component)");
    try (PreparedStatement select = handle.getConnection().prepareStatement(sql)) {
      Integer[] indexes = new Integer[jobs.size()];
      Arrays.setAll(indexes, i -> i);
      select.setArray(1, array(handle, "int4", indexes));
      setKeys(handle, select, jobs, 2);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          result[rows.getInt(1)] =
              new UsageRater.Before(rows.getBigDecimal(2), rows.getLong(3), true);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't read what usage was charged", e);
    }
    return List.of(result);
  }

  /** A job and what is charged for it in all. */
  public record Charged(UsageJob job, BigDecimal quantity, long minorUnits) {}

  /** Remembers what was charged. The customers' locks keep others from charging the same. */
  public void remember(Handle handle, List<Charged> charged) {
    if (charged.isEmpty()) {
      return;
    }
    String sql =
        db.sql(
            "insert into @.usage_charged as c (customer_id, subscription_id, period_index,"
                + " price_version_id, component, quantity, minor_units)"
                + " select customer_id, subscription_id, period_index, price_version_id, component,"
                + " quantity, minor_units from unnest(?, ?, ?, ?, ?, ?, ?) as w(customer_id,"
                + " subscription_id, period_index, price_version_id, component, quantity,"
                + " minor_units)"
                + " on conflict (customer_id, subscription_id, period_index, price_version_id,"
                + " component) do update set quantity = excluded.quantity,"
                + " minor_units = excluded.minor_units");
    List<UsageJob> jobs = charged.stream().map(Charged::job).toList();
    try (PreparedStatement upsert = handle.getConnection().prepareStatement(sql)) {
      setKeys(handle, upsert, jobs, 1);
      upsert.setArray(
          6, array(handle, "numeric", charged.stream().map(Charged::quantity).toArray()));
      upsert.setArray(
          7, array(handle, "int8", charged.stream().map(Charged::minorUnits).toArray()));
      upsert.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException("can't remember what usage was charged", e);
    }
  }

  private static void setKeys(
      Handle handle, PreparedStatement statement, List<UsageJob> jobs, int first)
      throws SQLException {
    statement.setArray(first, ids(handle, jobs.stream().map(UsageJob::customerId).toList()));
    statement.setArray(
        first + 1, ids(handle, jobs.stream().map(UsageJob::subscriptionId).toList()));
    statement.setArray(
        first + 2, array(handle, "int8", jobs.stream().map(UsageJob::period).toArray()));
    statement.setArray(first + 3, ids(handle, jobs.stream().map(j -> j.price().id()).toList()));
    statement.setArray(
        first + 4, array(handle, "text", jobs.stream().map(j -> j.component().code()).toArray()));
  }

  /** Usage that is charged waits no more; what starts later goes on waiting from there. */
  public void settlePending(Handle handle, List<Pending> settled) {
    if (settled.isEmpty()) {
      return;
    }
    String delete =
        db.sql(
            "delete from @.usage_pending p using unnest(?, ?, ?, ?) as w(customer_id,"
                + " subscription_id, meter, earliest) where p.customer_id = w.customer_id"
                + " and p.subscription_id = w.subscription_id and p.meter = w.meter"
                + " and p.latest < w.earliest");
    String move =
        db.sql(
            "update @.usage_pending p set earliest = w.earliest from unnest(?, ?, ?, ?) as"
                + " w(customer_id, subscription_id, meter, earliest)"
                + " where p.customer_id = w.customer_id"
                + " and p.subscription_id = w.subscription_id and p.meter = w.meter"
                + " and p.earliest < w.earliest");
    try {
      for (String sql : List.of(delete, move)) {
        try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
          statement.setArray(1, ids(handle, settled.stream().map(Pending::customerId).toList()));
          statement.setArray(
              2, ids(handle, settled.stream().map(Pending::subscriptionId).toList()));
          statement.setArray(
              3, array(handle, "text", settled.stream().map(Pending::meter).toArray()));
          statement.setArray(
              4,
              array(
                  handle,
                  "timestamptz",
                  settled.stream().map(p -> p.earliest().atOffset(ZoneOffset.UTC)).toArray()));
          statement.executeUpdate();
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't settle pending usage", e);
    }
  }

  private static Array ids(Handle handle, Collection<UUID> ids) throws SQLException {
    return SqlArrays.ids(handle.getConnection(), ids.toArray(UUID[]::new));
  }

  private static Array array(Handle handle, String type, Object[] values) throws SQLException {
    return handle.getConnection().createArrayOf(type, values);
  }
}
