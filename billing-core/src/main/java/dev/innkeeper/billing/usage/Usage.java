package dev.innkeeper.billing.usage;

import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.db.CopyRows;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlArrays;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.problem.InvalidInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Records what was measured. Each record counts once, however often it is sent; late ones are
 * charged with the next invoice. Thread-safe.
 */
public final class Usage {
  private static final int BATCH_MAX = 200_000;
  private static final int PAGE_MAX = 1000;
  private static final int COPY_COLUMNS = 10;
  private static final String COPY = "copy innkeeper_usage_stage from stdin with (format binary)";

  /** What a session's staging table holds until the end of its transaction. */
  private static final String STAGE =
      "create temporary table if not exists innkeeper_usage_stage (idx int, customer_id uuid,"
          + " subscription_id uuid, idempotency_key text, meter text, quantity numeric,"
          + " from_at timestamptz, to_at timestamptz, item text, replaces text)"
          + " on commit delete rows";

  static final String PENDING =
      "insert into @.usage_pending as p (customer_id, subscription_id, meter, earliest, latest) ";

  static final String REACHES_FURTHER =
      " order by 1, 2, 3 on conflict (customer_id, subscription_id, meter) do update set"
          + " earliest = least(p.earliest, excluded.earliest),"
          + " latest = greatest(p.latest, excluded.latest)";

  private static final String MARK_PENDING =
      PENDING + "select * from unnest(?, ?, ?, ?, ?)" + REACHES_FURTHER;

  private static final String SAME_KEY =
      " u.customer_id = s.customer_id and u.subscription_id = s.subscription_id";

  private final Database db;
  private final Catalog catalog;
  private final SubscriptionLives lives;
  private final UsagePolicy policy;
  private final Clock clock;

  public Usage(
      Database db, Catalog catalog, SubscriptionLives lives, UsagePolicy policy, Clock clock) {
    this.db = db;
    this.catalog = catalog;
    this.lives = lives;
    this.policy = policy;
    this.clock = clock;
  }

  /** Under which rules late usage is taken. */
  public UsagePolicy policy() {
    return policy;
  }

  /**
   * Records one measurement.
   *
   * @return true when it is new, false when it was recorded before
   * @throws InvalidInput naming the field at fault
   */
  public boolean record(UsageRecord record) {
    UsageReport report = recordAll(List.of(record));
    if (!report.rejected().isEmpty()) {
      UsageReport.Rejected rejected = report.rejected().get(0);
      throw new InvalidInput(rejected.field(), rejected.reason());
    }
    return report.accepted() == 1;
  }

  /**
   * Records a batch in one transaction. A record at fault is reported and does not hold up the
   * others. The same batch may be sent again after any failure.
   *
   * @param records at most 200,000, of any customers
   */
  public UsageReport recordAll(List<UsageRecord> records) {
    if (records.size() > BATCH_MAX) {
      throw new InvalidInput("records", "a batch has at most " + BATCH_MAX + " records");
    }
    if (records.isEmpty()) {
      return new UsageReport(0, 0, List.of());
    }
    boolean joined = db.inTransaction();
    return db.tx(
        handle -> {
          handle.execute(STAGE);
          if (joined) {
            // An earlier batch of the caller's transaction may have left its rows.
            handle.execute("delete from innkeeper_usage_stage");
          }
          return store(handle, records);
        });
  }

  private UsageReport store(Handle handle, List<UsageRecord> records) {
    Instant now = clock.instant();
    UsageChecks checks = new UsageChecks(catalog.snapshot(), policy, now);
    checks.check(records, lives);
    List<Integer> sound = new ArrayList<>(checks.sound());
    // Before any row is written, as billing locks customers before their usage.
    lives.becomeDue(checks.endedCustomers());
    boolean replacing = checkReplacements(handle, records, checks, sound);
    if (sound.isEmpty()) {
      return report(0, 0, checks);
    }
    stage(handle, records, sound);
    int accepted = insert(handle, now);
    int conflicts = accepted == sound.size() ? 0 : rejectConflicts(handle, records, checks);
    if (replacing) {
      replace(handle);
    }
    if (accepted > 0) {
      markPending(handle, records, sound);
      if (replacing) {
        markReplacedPending(handle);
      }
      lives.used(checks.prepaidCustomers());
    }
    return report(accepted, sound.size() - accepted - conflicts, checks);
  }

  /** Copies the records whose index is given, with that index. */
  private static void stage(Handle handle, List<UsageRecord> records, List<Integer> indexes) {
    try (CopyRows rows = new CopyRows(handle.getConnection(), COPY, COPY_COLUMNS)) {
      for (int index : indexes) {
        UsageRecord record = records.get(index);
        rows.row()
            .int4(index)
            .id(record.customerId())
            .id(record.subscriptionId())
            .text(record.idempotencyKey())
            .text(record.meter())
            .decimal(record.quantity())
            .instant(record.from())
            .instant(record.to())
            .text(record.item())
            .text(record.replaces());
      }
      rows.finish();
    }
  }

  private static UsageReport report(int accepted, int duplicates, UsageChecks checks) {
    List<UsageReport.Rejected> rejected = new ArrayList<>(checks.rejected());
    rejected.sort(Comparator.comparingInt(UsageReport.Rejected::index));
    return new UsageReport(accepted, duplicates, rejected);
  }

  private int insert(Handle handle, Instant now) {
    return handle
        .createUpdate(
            "insert into @.usage_record (customer_id, subscription_id, idempotency_key, meter,"
                + " quantity, from_at, to_at, item, replaces, recorded_at)"
                + " select customer_id, subscription_id, idempotency_key, meter, quantity, from_at,"
                + " to_at, item, replaces, :now from innkeeper_usage_stage"
                + " on conflict do nothing")
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .execute();
  }

  /** Records whose key stands for other content; gives how many. */
  private int rejectConflicts(Handle handle, List<UsageRecord> records, UsageChecks checks) {
    List<Integer> conflicts =
        handle
            .createQuery(
                // A scalar subquery: one look-up by key a row, however large the table is. A join
                // would be planned without statistics of the staged rows, and read it all.
                "select s.idx from innkeeper_usage_stage s where (select (u.meter, u.quantity,"
                    + " u.from_at, u.to_at) <> (s.meter, s.quantity, s.from_at, s.to_at)"
                    + " or u.item is distinct from s.item"
                    + " or u.replaces is distinct from s.replaces"
                    + " from @.usage_record u where"
                    + SAME_KEY
                    + " and u.idempotency_key = s.idempotency_key)")
            .mapTo(Integer.class)
            .list();
    for (int index : conflicts) {
      checks.reject(
          index,
          records.get(index),
          "idempotencyKey",
          "was used before for a record with other content");
    }
    return conflicts.size();
  }

  /** Whether replacements are left; those that can't be made are rejected and leave the batch. */
  private static boolean checkReplacements(
      Handle handle, List<UsageRecord> records, UsageChecks checks, List<Integer> sound) {
    Map<Integer, String> wanted = new HashMap<>();
    for (int index : sound) {
      String replaced = records.get(index).replaces();
      if (replaced != null) {
        wanted.put(index, replaced);
      }
    }
    Set<List<Object>> claimed = new HashSet<>();
    for (Iterator<Map.Entry<Integer, String>> i = wanted.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Integer, String> entry = i.next();
      UsageRecord record = records.get(entry.getKey());
      String fault = replacementFault(handle, record);
      if (fault == null && !claimed.add(List.of(record.subscriptionId(), entry.getValue()))) {
        fault = "is replaced twice in this batch";
      }
      if (fault != null) {
        checks.reject(entry.getKey(), record, "replaces", fault);
        sound.remove(entry.getKey());
        i.remove();
      }
    }
    return !wanted.isEmpty();
  }

  private static @Nullable String replacementFault(Handle handle, UsageRecord record) {
    record Old(String meter, @Nullable String replacedBy) {}
    Old old =
        handle
            .createQuery(
                "select meter, replaced_by from @.usage_record where customer_id = :customer"
                    + " and subscription_id = :subscription and idempotency_key = :key for update")
            .bind("customer", record.customerId())
            .bind("subscription", record.subscriptionId())
            .bind("key", record.replaces())
            .map((row, context) -> new Old(row.getString(1), row.getString(2)))
            .findOne()
            .orElse(null);
    if (old == null) {
      return "there is no record '" + record.replaces() + "' of this subscription";
    }
    if (!old.meter().equals(record.meter())) {
      return "'" + record.replaces() + "' is of meter " + old.meter();
    }
    if (old.replacedBy() != null && !old.replacedBy().equals(record.idempotencyKey())) {
      return "'" + record.replaces() + "' was replaced by '" + old.replacedBy() + "'; replace that";
    }
    return null;
  }

  private static void replace(Handle handle) {
    handle.execute(
        "update @.usage_record u set replaced_by = s.idempotency_key"
            + " from innkeeper_usage_stage s where s.replaces is not null and"
            + SAME_KEY
            + " and u.idempotency_key = s.replaces and u.replaced_by is null"
            + " and exists (select 1 from @.usage_record n where n.customer_id = s.customer_id"
            + " and n.subscription_id = s.subscription_id"
            + " and n.idempotency_key = s.idempotency_key and n.replaces = s.replaces)");
  }

  /** What usage waits to be rated for. */
  private record Metered(UUID customerId, UUID subscriptionId, String meter) {}

  /** Grouped here: the server would sort the staged rows for it. */
  private void markPending(Handle handle, List<UsageRecord> records, List<Integer> sound) {
    Map<Metered, Span> spans = new LinkedHashMap<>();
    for (int index : sound) {
      UsageRecord record = records.get(index);
      spans.merge(
          new Metered(record.customerId(), record.subscriptionId(), record.meter()),
          new Span(record.from(), record.to()),
          Span::plus);
    }
    Connection connection = handle.getConnection();
    try (PreparedStatement statement = connection.prepareStatement(db.sql(MARK_PENDING))) {
      Set<Metered> keys = spans.keySet();
      Collection<Span> values = spans.values();
      statement.setArray(
          1, SqlArrays.ids(connection, column(keys, UUID[]::new, Metered::customerId)));
      statement.setArray(
          2, SqlArrays.ids(connection, column(keys, UUID[]::new, Metered::subscriptionId)));
      statement.setArray(
          3, connection.createArrayOf("text", column(keys, String[]::new, Metered::meter)));
      statement.setArray(
          4, SqlArrays.instants(connection, column(values, Instant[]::new, Span::earliest)));
      statement.setArray(
          5, SqlArrays.instants(connection, column(values, Instant[]::new, Span::latest)));
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException("can't mark usage that is to be rated", e);
    }
  }

  private static <R, T> T[] column(
      Collection<R> rows, IntFunction<T[]> array, Function<R, T> value) {
    return rows.stream().map(value).toArray(array);
  }

  private record Span(Instant earliest, Instant latest) {
    Span plus(Span other) {
      return new Span(
          other.earliest.isBefore(earliest) ? other.earliest : earliest,
          other.latest.isAfter(latest) ? other.latest : latest);
    }
  }

  /** What was replaced matters as much as what is new: both periods may change. */
  private static void markReplacedPending(Handle handle) {
    handle.execute(
        PENDING
            + "select s.customer_id, s.subscription_id, s.meter, min(u.from_at), max(u.to_at)"
            + " from innkeeper_usage_stage s join @.usage_record u on"
            + SAME_KEY
            + " and u.idempotency_key = s.replaces where s.replaces is not null group by 1, 2, 3"
            + REACHES_FURTHER);
  }

  /**
   * A subscription's records of a meter that start in the range, by time and key; replaced ones
   * too.
   *
   * @param limit at most 1,000
   */
  public List<StoredUsage> list(
      UUID customerId, UUID subscriptionId, String meter, Instant from, Instant to, int limit) {
    return db.tx(
        handle ->
            handle
                .createQuery(
                    "select * from @.usage_record where customer_id = :customer"
                        + " and subscription_id = :subscription and meter = :meter"
                        + " and from_at >= :from and from_at < :to"
                        + " order by from_at, idempotency_key limit :limit")
                .bind("customer", customerId)
                .bind("subscription", subscriptionId)
                .bind("meter", meter)
                .bind("from", from.atOffset(ZoneOffset.UTC))
                .bind("to", to.atOffset(ZoneOffset.UTC))
                .bind("limit", Math.min(limit, PAGE_MAX))
                .map(
                    (row, context) ->
                        new StoredUsage(
                            new UsageRecord(
                                customerId,
                                subscriptionId,
                                meter,
                                row.getBigDecimal("quantity"),
                                SqlValues.instant(row, "from_at"),
                                SqlValues.instant(row, "to_at"),
                                row.getString("idempotency_key"),
                                row.getString("item"),
                                row.getString("replaces")),
                            row.getString("replaced_by"),
                            SqlValues.instant(row, "recorded_at")))
                .list());
  }
}
