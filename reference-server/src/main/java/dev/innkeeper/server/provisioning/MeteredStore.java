package dev.innkeeper.server.provisioning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.provisioner.capability.Metered;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Reads and writes what was metered. Each method is one statement, or says that it is two. */
final class MeteredStore {
  private static final String COLUMNS =
      "customer_id, resource_id, from_at, to_at, readings, running_millis, cost, currency, refused";
  private static final TypeReference<List<Map<String, String>>> READINGS = new TypeReference<>() {};

  private final ObjectMapper json;

  MeteredStore(ObjectMapper json) {
    this.json = json;
  }

  /** How far a resource has been read. */
  record Watermark(UUID customerId, UUID id, Instant readTo) {}

  /** Resources that once ran and that nobody has decided about yet. */
  List<Watermark> undecided(Handle handle, int limit) {
    return handle
        .createQuery(
            "select customer_id, id as resource_id, created_at as read_to from @.resource r"
                + " where made and state <> 'GONE' and not exists (select 1 from @.metering m"
                + " where m.customer_id = r.customer_id and m.resource_id = r.id) limit :limit")
        .bind("limit", limit)
        .map((row, context) -> watermark(row))
        .list();
  }

  /** Begins to read a resource, or decides never to when there is no next time. */
  void begin(Handle handle, Watermark from, @Nullable Instant nextAt) {
    handle
        .createUpdate(
            "insert into @.metering (customer_id, resource_id, read_to, next_at)"
                + " values (:customer, :id, :readTo, :next) on conflict do nothing")
        .bind("customer", from.customerId())
        .bind("id", from.id())
        .bind("readTo", ResourceStore.at(from.readTo()))
        .bind("next", nextAt == null ? null : ResourceStore.at(nextAt))
        .execute();
  }

  List<Watermark> due(Handle handle, Instant now, int limit) {
    return watermarks(handle, "where next_at <= :now order by next_at limit :limit")
        .bind("now", ResourceStore.at(now))
        .bind("limit", limit)
        .map((row, context) -> watermark(row))
        .list();
  }

  Optional<Watermark> watermark(Handle handle, UUID customerId, UUID id) {
    return watermarks(
            handle, "where customer_id = :customer and resource_id = :id and next_at is not null")
        .bind("customer", customerId)
        .bind("id", id)
        .map((row, context) -> watermark(row))
        .findOne();
  }

  private static Query watermarks(Handle handle, String which) {
    return handle.createQuery("select customer_id, resource_id, read_to from @.metering " + which);
  }

  /** Reads a resource again at another time, or never. */
  void postpone(Handle handle, Watermark of, @Nullable Instant nextAt) {
    handle
        .createUpdate(
            "update @.metering set next_at = :next"
                + " where customer_id = :customer and resource_id = :id")
        .bind("next", nextAt == null ? null : ResourceStore.at(nextAt))
        .bind("customer", of.customerId())
        .bind("id", of.id())
        .execute();
  }

  /**
   * Moves the watermark over an interval and keeps what was read for it: two statements.
   *
   * @return whether it was the first answer; otherwise nothing is kept
   */
  boolean keep(Handle handle, MeteredInterval interval, Instant nextAt) {
    int moved =
        handle
            .createUpdate(
                "update @.metering set read_to = :to, next_at = :next where customer_id = :customer"
                    + " and resource_id = :id and read_to = :from")
            .bind("to", ResourceStore.at(interval.to()))
            .bind("next", ResourceStore.at(nextAt))
            .bind("customer", interval.customerId())
            .bind("id", interval.id())
            .bind("from", ResourceStore.at(interval.from()))
            .execute();
    if (moved == 0) {
      return false;
    }
    handle
        .createUpdate(
            "insert into @.metered_interval (customer_id, resource_id, from_at, to_at, readings,"
                + " running_millis, cost, currency) values (:customer, :id, :from, :to,"
                + " cast(:readings as jsonb), :running, :cost, :currency)")
        .bind("customer", interval.customerId())
        .bind("id", interval.id())
        .bind("from", ResourceStore.at(interval.from()))
        .bind("to", ResourceStore.at(interval.to()))
        .bind("readings", write(interval.readings()))
        .bind("running", interval.running().toMillis())
        .bind("cost", interval.cost().map(MeteredInterval.Cost::amount).orElse(null))
        .bind("currency", interval.cost().map(MeteredInterval.Cost::currency).orElse(null))
        .execute();
    return true;
  }

  /** What was read and perhaps not handed to the engine yet. */
  List<MeteredInterval> unrecorded(Handle handle, int limit) {
    return intervals(
        select(handle, "where not recorded order by customer_id, resource_id, from_at limit :limit")
            .bind("limit", limit));
  }

  void recorded(Handle handle, MeteredInterval interval, Optional<String> refused) {
    handle
        .createUpdate(
            "update @.metered_interval set recorded = true, refused = :refused"
                + " where customer_id = :customer and resource_id = :id and from_at = :from")
        .bind("refused", refused.orElse(null))
        .bind("customer", interval.customerId())
        .bind("id", interval.id())
        .bind("from", ResourceStore.at(interval.from()))
        .execute();
  }

  /** A resource's, the latest first. */
  List<MeteredInterval> latest(Handle handle, UUID customerId, UUID id, int limit) {
    return intervals(
        select(
                handle,
                "where customer_id = :customer and resource_id = :id"
                    + " order by from_at desc limit :limit")
            .bind("customer", customerId)
            .bind("id", id)
            .bind("limit", limit));
  }

  private static Query select(Handle handle, String which) {
    return handle.createQuery("select " + COLUMNS + " from @.metered_interval " + which);
  }

  private List<MeteredInterval> intervals(Query query) {
    return query.map((row, context) -> interval(row)).list();
  }

  /** What a resource has cost in all, by currency. */
  Map<String, BigDecimal> costs(Handle handle, UUID customerId, UUID id) {
    Map<String, BigDecimal> costs = new TreeMap<>();
    handle
        .createQuery(
            "select currency, sum(cost) from @.metered_interval where customer_id = :customer"
                + " and resource_id = :id and currency is not null group by currency")
        .bind("customer", customerId)
        .bind("id", id)
        .map((row, context) -> costs.put(row.getString(1), row.getBigDecimal(2)))
        .list();
    return costs;
  }

  private static Watermark watermark(ResultSet row) throws SQLException {
    return new Watermark(
        row.getObject("customer_id", UUID.class),
        row.getObject("resource_id", UUID.class),
        SqlValues.instant(row, "read_to"));
  }

  private MeteredInterval interval(ResultSet row) throws SQLException {
    String currency = row.getString("currency");
    return new MeteredInterval(
        row.getObject("customer_id", UUID.class),
        row.getObject("resource_id", UUID.class),
        SqlValues.instant(row, "from_at"),
        SqlValues.instant(row, "to_at"),
        read(row.getString("readings")),
        Duration.ofMillis(row.getLong("running_millis")),
        currency == null
            ? Optional.empty()
            : Optional.of(new MeteredInterval.Cost(currency, row.getBigDecimal("cost"))),
        Optional.ofNullable(row.getString("refused")));
  }

  private String write(List<Metered.Reading> readings) {
    return BillingJson.write(
        json,
        readings.stream()
            .map(
                reading ->
                    Map.of(
                        "meter", reading.meter(),
                        "quantity", reading.quantity().toPlainString(),
                        "unit", reading.unit()))
            .toList());
  }

  private List<Metered.Reading> read(String text) {
    try {
      return json.readValue(text, READINGS).stream()
          .map(
              each ->
                  new Metered.Reading(
                      text(each, "meter"),
                      new BigDecimal(text(each, "quantity")),
                      text(each, "unit")))
          .toList();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("can't read stored readings", e);
    }
  }

  private static String text(Map<String, String> reading, String key) {
    String text = reading.get(key);
    if (text == null) {
      throw new IllegalStateException("a stored reading lacks its " + key);
    }
    return text;
  }
}
