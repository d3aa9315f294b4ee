package dev.innkeeper.server.provisioning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.json.BillingJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterable;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Reads and writes resources. Each method is one statement, or two in the caller's transaction. */
final class ResourceStore {
  private static final String COLUMNS =
      "customer_id, id, name, product_code, options, quantity, provisioner, workload, desired,"
          + " state, message, facts, drift, generation, attempts, busy_since, next_attempt_at,"
          + " claim, made, created_at, changed_at";
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private final ObjectMapper json;

  ResourceStore(ObjectMapper json) {
    this.json = json;
  }

  /**
   * A row as it is.
   *
   * @param options chosen, from which the workload was made
   * @param workload the filled-in template
   * @param generation counts changes of what is desired
   * @param busySince since when it has not been as it should be
   * @param claim whose turn it is, if it is anybody's
   * @param made whether it ever ran, so that there is something to lose
   */
  record Stored(
      Resource resource,
      Map<String, String> options,
      long quantity,
      Map<String, String> workload,
      long generation,
      Optional<Instant> busySince,
      Optional<UUID> claim,
      boolean made) {}

  /** What a new or changed subscription entitles to. */
  record Entitlement(
      UUID customerId,
      UUID id,
      String name,
      String productCode,
      Map<String, String> options,
      long quantity,
      String provisioner,
      Map<String, String> workload,
      DesiredState desired) {}

  /** Takes the row's lock. */
  Optional<Stored> lock(Handle handle, UUID customerId, UUID id) {
    return one(handle, customerId, id, " for update").findOne();
  }

  Optional<Stored> find(Handle handle, UUID customerId, UUID id) {
    return one(handle, customerId, id, "").findOne();
  }

  private ResultIterable<Stored> one(Handle handle, UUID customerId, UUID id, String lock) {
    return rows(
        select(handle, "where customer_id = :customer and id = :id" + lock)
            .bind("customer", customerId)
            .bind("id", id));
  }

  private static Query select(Handle handle, String which) {
    return handle.createQuery("select " + COLUMNS + " from @.resource " + which);
  }

  private ResultIterable<Stored> rows(Query query) {
    return query.map((row, context) -> stored(row));
  }

  List<Stored> ofCustomer(Handle handle, UUID customerId) {
    return rows(select(handle, "where customer_id = :customer order by id")
            .bind("customer", customerId))
        .list();
  }

  /** Of any customers: those among the ids that are there. */
  List<Stored> among(Handle handle, List<UUID> customers, List<UUID> ids) {
    return rows(select(
                handle,
                "join unnest(:customers, :ids) as wanted(wanted_customer, wanted_id)"
                    + " on customer_id = wanted_customer and id = wanted_id")
            .bindArray("customers", UUID.class, customers)
            .bindArray("ids", UUID.class, ids))
        .list();
  }

  /** What a provisioner should have, in the order of ids. */
  List<Stored> ofProvisioner(Handle handle, String provisioner, UUID afterId, int limit) {
    return rows(select(
                handle,
                "where provisioner = :provisioner and state <> 'GONE' and id > :after"
                    + " order by id limit :limit")
            .bind("provisioner", provisioner)
            .bind("after", afterId)
            .bind("limit", limit))
        .list();
  }

  List<Stored> inStatus(Handle handle, ResourceStatus status, int limit) {
    return rows(select(handle, "where state = :state order by changed_at desc limit :limit")
            .bind("state", status)
            .bind("limit", limit))
        .list();
  }

  Map<ResourceStatus, Long> counts(Handle handle) {
    Map<ResourceStatus, Long> counts = new java.util.EnumMap<>(ResourceStatus.class);
    handle
        .createQuery("select state, count(*) from @.resource group by state")
        .map((row, context) -> counts.put(ResourceStatus.valueOf(row.getString(1)), row.getLong(2)))
        .list();
    return counts;
  }

  /**
   * @return whether it was new; another node may have been faster
   */
  boolean insert(Handle handle, Entitlement wanted, Times now) {
    int rows =
        handle
            .createUpdate(
                "insert into @.resource (customer_id, id, name, product_code, options, quantity,"
                    + " provisioner, workload, desired, state, next_attempt_at, created_at,"
                    + " changed_at) values (:customer, :id, :name, :product,"
                    + " cast(:options as jsonb), :quantity, :provisioner,"
                    + " cast(:workload as jsonb), :desired, 'REQUESTED', :now, :engineNow,"
                    + " :engineNow) on conflict do nothing")
            .bind("customer", wanted.customerId())
            .bind("id", wanted.id())
            .bind("name", wanted.name())
            .bind("product", wanted.productCode())
            .bind("options", write(wanted.options()))
            .bind("quantity", wanted.quantity())
            .bind("provisioner", wanted.provisioner())
            .bind("workload", write(wanted.workload()))
            .bind("desired", wanted.desired())
            .bind("now", at(now.real()))
            .bind("engineNow", at(now.engine()))
            .execute();
    if (rows == 1) {
      addHistory(handle, wanted.customerId(), wanted.id(), now, ResourceStatus.REQUESTED, null);
    }
    return rows == 1;
  }

  /** Changes what is desired of a locked row, and has it done at once. */
  void desire(Handle handle, Entitlement wanted, Times now) {
    handle
        .createUpdate(
            "update @.resource set product_code = :product, options = cast(:options as jsonb),"
                + " quantity = :quantity, workload = cast(:workload as jsonb), desired = :desired,"
                + " generation = generation + 1, attempts = 0, busy_since = null,"
                + " next_attempt_at = :now where customer_id = :customer and id = :id")
        .bind("product", wanted.productCode())
        .bind("options", write(wanted.options()))
        .bind("quantity", wanted.quantity())
        .bind("workload", write(wanted.workload()))
        .bind("desired", wanted.desired())
        .bind("now", at(now.real()))
        .bind("customer", wanted.customerId())
        .bind("id", wanted.id())
        .execute();
  }

  /** Has a row looked at now, with all its attempts before it. */
  boolean wake(Handle handle, UUID customerId, UUID id, Instant now) {
    return handle
            .createUpdate(
                "update @.resource set attempts = 0, busy_since = null, next_attempt_at = :now"
                    + " where customer_id = :customer and id = :id and state <> 'GONE'")
            .bind("now", at(now))
            .bind("customer", customerId)
            .bind("id", id)
            .execute()
        == 1;
  }

  /**
   * Takes rows that are due and nobody's, for a limited time.
   *
   * @param until when the claim runs out, should this process not come back
   */
  List<Stored> claim(Handle handle, String node, Instant now, Instant until, int limit) {
    UUID claim = UUID.randomUUID();
    return handle
        .createQuery(
            "with due as (select customer_id as due_customer, id as due_id from @.resource"
                + " where next_attempt_at <= :now"
                + " and (claimed_until is null or claimed_until <= :now)"
                + " order by next_attempt_at limit :limit for update skip locked)"
                + " update @.resource set claim = :claim, claimed_by = :node,"
                + " claimed_until = :until from due"
                + " where customer_id = due_customer and id = due_id returning "
                + COLUMNS)
        .bind("now", at(now))
        .bind("limit", limit)
        .bind("claim", claim)
        .bind("node", node)
        .bind("until", at(until))
        .map((row, context) -> stored(row))
        .list();
  }

  /** When the next of those is due that are nobody's. */
  Optional<Instant> nextDue(Handle handle) {
    return handle
        .createQuery(
            "select min(next_attempt_at) as next from @.resource"
                + " where next_attempt_at is not null and claim is null")
        .map((row, context) -> instant(row, "next"))
        .one();
  }

  /** Gives back what an earlier process of this node left claimed. */
  int releaseClaimsOf(Handle handle, String node) {
    return handle
        .createUpdate(
            "update @.resource set claim = null, claimed_by = null, claimed_until = null"
                + " where claimed_by = :node")
        .bind("node", node)
        .execute();
  }

  /**
   * Stores how an attempt went, if the claim is still the attempt's own. When something else is
   * desired by now, it goes on at once.
   *
   * @return whether the claim was still its own
   */
  boolean finish(Handle handle, Stored attempted, Verdict verdict, Times now) {
    Resource old = attempted.resource();
    boolean changed = old.status() != verdict.status() || !old.message().equals(verdict.message());
    int rows =
        handle
            .createUpdate(
                "update @.resource set state = :state, message = :message, made = made or :state ="
                    + " 'RUNNING', facts = cast(:facts as jsonb), drift = :drift, attempts ="
                    + " :attempts, busy_since = :busySince, next_attempt_at = case when generation"
                    + " = :generation then cast(:next as timestamptz) else cast(:now as"
                    + " timestamptz) end, claim = null, claimed_by = null, claimed_until = null,"
                    + " changed_at = case when state = :state then changed_at else cast(:engineNow"
                    + " as timestamptz) end where customer_id = :customer and id = :id and claim ="
                    + " :claim")
            .bind("state", verdict.status())
            .bind("message", verdict.message().orElse(null))
            .bind("facts", write(verdict.facts()))
            .bindArray("drift", String.class, verdict.drift())
            .bind("attempts", verdict.attempts())
            .bind("busySince", verdict.busySince().map(ResourceStore::at).orElse(null))
            .bind("generation", attempted.generation())
            .bind("next", verdict.nextAttemptAt().map(ResourceStore::at).orElse(null))
            .bind("now", at(now.real()))
            .bind("engineNow", at(now.engine()))
            .bind("customer", old.customerId())
            .bind("id", old.id())
            .bind("claim", attempted.claim().orElseThrow())
            .execute();
    if (rows == 1 && changed) {
      addHistory(
          handle,
          old.customerId(),
          old.id(),
          now,
          verdict.status(),
          verdict.message().orElse(null));
    }
    return rows == 1;
  }

  /** Stores what a look at the world showed of a resource that nobody works on. */
  boolean seen(Handle handle, Stored row, Verdict verdict, Times now) {
    int rows =
        handle
            .createUpdate(
                "update @.resource set state = :state, message = :message, drift = :drift,"
                    + " attempts = 0, next_attempt_at = :next, changed_at ="
                    + " case when state = :state then changed_at"
                    + " else cast(:engineNow as timestamptz) end"
                    + " where customer_id = :customer and id = :id and generation = :generation"
                    + " and claim is null and next_attempt_at is null")
            .bind("state", verdict.status())
            .bind("message", verdict.message().orElse(null))
            .bindArray("drift", String.class, verdict.drift())
            .bind("next", verdict.nextAttemptAt().map(ResourceStore::at).orElse(null))
            .bind("engineNow", at(now.engine()))
            .bind("customer", row.resource().customerId())
            .bind("id", row.resource().id())
            .bind("generation", row.generation())
            .execute();
    if (rows == 1 && (row.resource().status() != verdict.status() || !verdict.drift().isEmpty())) {
      String message =
          verdict.drift().isEmpty()
              ? verdict.message().orElse(null)
              : String.join("; ", verdict.drift());
      addHistory(
          handle, row.resource().customerId(), row.resource().id(), now, verdict.status(), message);
    }
    return rows == 1;
  }

  private static void addHistory(
      Handle handle,
      UUID customerId,
      UUID id,
      Times now,
      ResourceStatus status,
      @Nullable String message) {
    handle
        .createUpdate(
            "insert into @.resource_history (customer_id, resource_id, seq, at, state, message)"
                + " select :customer, :id, coalesce(max(seq), 0) + 1, :at, :state, :message"
                + " from @.resource_history where customer_id = :customer and resource_id = :id")
        .bind("customer", customerId)
        .bind("id", id)
        .bind("at", at(now.engine()))
        .bind("state", status)
        .bind("message", message)
        .execute();
  }

  List<Resource.Change> history(Handle handle, UUID customerId, UUID id, int limit) {
    return handle
        .createQuery(
            "select at, state, message from @.resource_history"
                + " where customer_id = :customer and resource_id = :id"
                + " order by seq desc limit :limit")
        .bind("customer", customerId)
        .bind("id", id)
        .bind("limit", limit)
        .map(
            (row, context) ->
                new Resource.Change(
                    instant(row, "at").orElseThrow(),
                    ResourceStatus.valueOf(row.getString("state")),
                    Optional.ofNullable(row.getString("message"))))
        .list();
  }

  private Stored stored(ResultSet row) throws SQLException {
    Resource resource =
        new Resource(
            row.getObject("customer_id", UUID.class),
            row.getObject("id", UUID.class),
            row.getString("name"),
            row.getString("product_code"),
            row.getString("provisioner"),
            DesiredState.valueOf(row.getString("desired")),
            ResourceStatus.valueOf(row.getString("state")),
            Optional.ofNullable(row.getString("message")),
            read(row.getString("facts")),
            List.of((String[]) row.getArray("drift").getArray()),
            row.getInt("attempts"),
            instant(row, "next_attempt_at"),
            instant(row, "created_at").orElseThrow(),
            instant(row, "changed_at").orElseThrow());
    return new Stored(
        resource,
        read(row.getString("options")),
        row.getLong("quantity"),
        read(row.getString("workload")),
        row.getLong("generation"),
        instant(row, "busy_since"),
        Optional.ofNullable(row.getObject("claim", UUID.class)),
        row.getBoolean("made"));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(SqlValues.instantOrNull(row, column));
  }

  private String write(Map<String, String> texts) {
    return BillingJson.write(json, texts);
  }

  private Map<String, String> read(String text) {
    try {
      return json.readValue(text, TEXTS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("can't read stored JSON", e);
    }
  }

  static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
