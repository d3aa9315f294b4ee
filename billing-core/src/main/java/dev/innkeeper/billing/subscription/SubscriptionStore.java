package dev.innkeeper.billing.subscription;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.Interval;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads and writes single subscriptions and their phases. */
final class SubscriptionStore {
  private static final String COLUMNS =
      "id, customer_id, product_code, options, quantity, currency, price_version_id, status, paused,"
          + " suspended_reason, started_at, trial_end, ends_at, metadata";

  private final ObjectMapper json;

  SubscriptionStore(ObjectMapper json) {
    this.json = json;
  }

  /** A subscription with the wish behind its status. */
  record Stored(Subscription subscription, boolean paused) {}

  Optional<Stored> find(Handle handle, UUID customerId, UUID id) {
    return handle
        .createQuery(
            "select " + COLUMNS + " from @.subscription where customer_id = :customer and id = :id")
        .bind("customer", customerId)
        .bind("id", id)
        .map((row, context) -> stored(row))
        .findOne();
  }

  List<Subscription> list(Handle handle, UUID customerId) {
    return handle
        .createQuery(
            "select " + COLUMNS + " from @.subscription where customer_id = :customer order by id")
        .bind("customer", customerId)
        .map((row, context) -> stored(row).subscription())
        .list();
  }

  List<Subscription> page(Handle handle, @Nullable Subscription after, int limit) {
    UUID first = new UUID(0, 0);
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from @.subscription where (customer_id, id) > (:customer, :id)"
                + " order by customer_id, id limit :limit")
        .bind("customer", after == null ? first : after.customerId())
        .bind("id", after == null ? first : after.id())
        .bind("limit", limit)
        .map((row, context) -> stored(row).subscription())
        .list();
  }

  /**
   * Endings that have come, oldest first, of customers whose lock was free; it is taken. A customer
   * who is busy is left to the next batch.
   */
  List<Subscription> lockEnding(Handle handle, Instant now, int limit) {
    List<UUID> customers =
        handle
            .createQuery(
                "select s.customer_id from @.customer_state s where s.customer_id in"
                    + " (select e.customer_id from @.subscription e where e.ends_at <= :now"
                    + " and e.status <> 'ENDED' order by e.ends_at, e.customer_id, e.id"
                    + " limit :limit)"
                    + " order by s.customer_id for no key update skip locked")
            .bind("now", at(now))
            .bind("limit", limit)
            .mapTo(UUID.class)
            .list();
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from @.subscription where customer_id = any(:customers) and ends_at <= :now"
                + " and status <> 'ENDED' order by ends_at, customer_id, id limit :limit")
        .bindArray("customers", UUID.class, customers)
        .bind("now", at(now))
        .bind("limit", limit)
        .map((row, context) -> stored(row).subscription())
        .list();
  }

  void insert(Handle handle, Subscription s) {
    handle
        .createUpdate(
            "insert into @.subscription (customer_id, id, product_code, options, quantity,"
                + " currency, price_version_id, status, started_at, trial_end, metadata) values"
                + " (:customer, :id, :product, cast(:options as jsonb), :quantity, :currency,"
                + " :price, :status, :startedAt, :trialEnd, cast(:metadata as jsonb))")
        .bind("customer", s.customerId())
        .bind("id", s.id())
        .bind("product", s.productCode())
        .bind("options", text(s.options()))
        .bind("quantity", s.quantity())
        .bind("currency", s.currency().code())
        .bind("price", s.priceVersionId())
        .bind("status", s.status())
        .bind("startedAt", at(s.startedAt()))
        .bind("trialEnd", at(s.trialEnd()))
        .bind("metadata", text(s.metadata()))
        .execute();
  }

  void update(Handle handle, Stored stored) {
    Subscription s = stored.subscription();
    handle
        .createUpdate(
            "update @.subscription set product_code = :product, options = cast(:options as jsonb),"
                + " quantity = :quantity, price_version_id = :price, status = :status,"
                + " paused = :paused, suspended_reason = :reason, ends_at = :endsAt"
                + " where customer_id = :customer and id = :id")
        .bind("product", s.productCode())
        .bind("options", text(s.options()))
        .bind("quantity", s.quantity())
        .bind("price", s.priceVersionId())
        .bind("status", s.status())
        .bind("paused", stored.paused())
        .bind("reason", s.suspendedReason())
        .bind("endsAt", s.endedAt() == null ? null : at(s.endedAt()))
        .bind("customer", s.customerId())
        .bind("id", s.id())
        .execute();
  }

  /** When the last phase began. */
  Instant lastPhaseStart(Handle handle, Subscription s) {
    return handle
        .createQuery(
            "select max(from_at) from @.subscription_phase"
                + " where customer_id = :customer and subscription_id = :id")
        .bind("customer", s.customerId())
        .bind("id", s.id())
        .map((row, context) -> SqlValues.instant(row, 1))
        .one();
  }

  /** Ends the last phase at the instant; one that began there leaves no trace. */
  void closePhase(Handle handle, Subscription s, Instant at) {
    handle
        .createUpdate(
            "delete from @.subscription_phase where customer_id = :customer"
                + " and subscription_id = :id and from_at >= :at")
        .bind("customer", s.customerId())
        .bind("id", s.id())
        .bind("at", at(at))
        .execute();
    setLastEnd(handle, s, at);
  }

  /** Sets when the last phase ends; null for no known end. */
  void setLastEnd(Handle handle, Subscription s, @Nullable Instant at) {
    handle
        .createUpdate(
            "update @.subscription_phase p set to_at = :at where customer_id = :customer"
                + " and subscription_id = :id and from_at = (select max(from_at) from"
                + " @.subscription_phase l where l.customer_id = :customer"
                + " and l.subscription_id = :id)")
        .bind("customer", s.customerId())
        .bind("id", s.id())
        .bind("at", at == null ? null : at(at))
        .execute();
  }

  void openPhase(Handle handle, Subscription s, Instant from) {
    handle
        .createUpdate(
            "insert into @.subscription_phase (customer_id, subscription_id, from_at, to_at,"
                + " product_code, options, price_version_id, quantity, status) values (:customer,"
                + " :id, :from, :to, :product, cast(:options as jsonb), :price, :quantity,"
                + " :status)")
        .bind("customer", s.customerId())
        .bind("id", s.id())
        .bind("from", at(from))
        .bind("to", s.endedAt() == null ? null : at(s.endedAt()))
        .bind("product", s.productCode())
        .bind("options", text(s.options()))
        .bind("price", s.priceVersionId())
        .bind("quantity", s.quantity())
        .bind("status", s.status())
        .execute();
  }

  void insertBilling(Handle handle, Subscription s, boolean prepaid) {
    handle
        .createUpdate(
            "insert into @.subscription_billing (customer_id, subscription_id, billed_until,"
                + " open_from, trial_end, prepaid)"
                + " values (:customer, :id, :start, :start, :trialEnd, :prepaid)")
        .bind("customer", s.customerId())
        .bind("id", s.id())
        .bind("start", at(s.startedAt()))
        .bind("trialEnd", at(s.trialEnd()))
        .bind("prepaid", prepaid)
        .execute();
  }

  /** Makes the customer due at the instant, unless that is the case earlier already. */
  void dueAt(Handle handle, UUID customerId, Instant next, long periodIndex) {
    handle
        .createUpdate(
            "insert into @.billing_due as d (customer_id, next_at, period_index)"
                + " values (:customer, :next, :period) on conflict (customer_id) do update"
                + " set next_at = excluded.next_at, period_index = excluded.period_index"
                + " where excluded.next_at < d.next_at")
        .bind("customer", customerId)
        .bind("next", at(next))
        .bind("period", periodIndex)
        .execute();
  }

  /** Has the prepaid cash looked at: something changed. */
  void burnAt(Handle handle, UUID customerId, Instant now) {
    handle
        .createUpdate(
            "insert into @.prepaid_burn as b (customer_id, next_at) values (:customer, :now)"
                + " on conflict (customer_id) do update set next_at = excluded.next_at"
                + " where excluded.next_at < b.next_at")
        .bind("customer", customerId)
        .bind("now", at(now))
        .execute();
  }

  Optional<Instant> depletesAt(Handle handle, UUID customerId) {
    return handle
        .createQuery(
            "select depletes_at from @.prepaid_burn where customer_id = :customer"
                + " and depletes_at is not null")
        .bind("customer", customerId)
        .map((row, context) -> SqlValues.instant(row, 1))
        .findOne();
  }

  Optional<Instant> nextDue(Handle handle, UUID customerId) {
    return handle
        .createQuery("select next_at from @.billing_due where customer_id = :customer")
        .bind("customer", customerId)
        .map((row, context) -> SqlValues.instant(row, 1))
        .findOne();
  }

  /** By subscription, the active time within the range. */
  Map<UUID, Duration> usedTime(Handle handle, UUID customerId, Interval range) {
    Map<UUID, Duration> result = new HashMap<>();
    handle
        .createQuery(
            "select subscription_id, from_at, to_at from @.subscription_phase"
                + " where customer_id = :customer and status = 'ACTIVE' and from_at < :to"
                + " and (to_at is null or to_at > :from)")
        .bind("customer", customerId)
        .bind("from", at(range.from()))
        .bind("to", at(range.to()))
        .map(
            (row, context) -> {
              UUID id = row.getObject(1, UUID.class);
              Instant end = SqlValues.instantOrNull(row, 3);
              Interval phase =
                  new Interval(SqlValues.instant(row, 2), end == null ? range.to() : end);
              return phase
                  .intersection(range)
                  .map(i -> result.merge(id, i.duration(), Duration::plus));
            })
        .list();
    return result;
  }

  private String text(Object value) {
    return BillingJson.write(json, value);
  }

  static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private Stored stored(ResultSet row) throws SQLException {
    return new Stored(
        new Subscription(
            row.getObject("id", UUID.class),
            row.getObject("customer_id", UUID.class),
            row.getString("product_code"),
            texts(row.getString("options")),
            row.getLong("quantity"),
            Currency.of(row.getString("currency")),
            row.getObject("price_version_id", UUID.class),
            SubscriptionStatus.valueOf(row.getString("status")),
            SqlValues.instant(row, "started_at"),
            SqlValues.instant(row, "trial_end"),
            SqlValues.instantOrNull(row, "ends_at"),
            row.getString("suspended_reason"),
            texts(row.getString("metadata"))),
        row.getBoolean("paused"));
  }

  @SuppressWarnings("unchecked") // written from a Map<String, String>
  private Map<String, String> texts(String text) {
    return BillingJson.read(json, text, Map.class);
  }
}
