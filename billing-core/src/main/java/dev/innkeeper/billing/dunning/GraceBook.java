package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.db.SqlValues;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rows of grace, and what they are decided by. */
final class GraceBook {
  private static final String COLUMNS =
      "customer_id, state, policy_id, started_at, next_step, base_at, suspended, next_at";

  /** How far somebody is. */
  enum State {
    WAITING,
    RUNNING,
    OVER
  }

  record Grace(
      UUID customerId,
      State state,
      @Nullable UUID policyId,
      @Nullable Instant startedAt,
      int nextStep,
      Instant baseAt,
      boolean suspended,
      @Nullable Instant nextAt) {}

  /**
   * What is due.
   *
   * @param subscriptionIds those on the invoices' lines
   * @param all whether an invoice without subscriptions is among them, which counts for everything
   */
  record Due(List<UUID> invoiceIds, Set<UUID> subscriptionIds, boolean all) {
    boolean concerns(UUID subscriptionId) {
      return all || subscriptionIds.contains(subscriptionId);
    }
  }

  /** When the first open invoice of each customer is due; who owes nothing is absent. */
  Map<UUID, Instant> firstDue(Handle handle, Collection<UUID> customerIds) {
    Map<UUID, Instant> due = new HashMap<>();
    handle
        .createQuery(
            "select customer_id, min(due_at) from @.invoice where customer_id = any(:customers)"
                + " and status = 'OPEN' group by customer_id")
        .bindArray("customers", UUID.class, customerIds)
        .map((row, context) -> due.put(row.getObject(1, UUID.class), SqlValues.instant(row, 2)))
        .list();
    return due;
  }

  Map<UUID, Grace> of(Handle handle, Collection<UUID> customerIds) {
    Map<UUID, Grace> rows = new HashMap<>();
    handle
        .createQuery(
            "select "
                + COLUMNS
                + " from @.grace where customer_id = any(:customers)"
                + " order by customer_id for no key update")
        .bindArray("customers", UUID.class, customerIds)
        .map((row, context) -> grace(row))
        .forEach(row -> rows.put(row.customerId(), row));
    return rows;
  }

  /** Puts customers down as waiting until their first invoice is due. */
  void await(Handle handle, Map<UUID, Instant> dueAt) {
    if (dueAt.isEmpty()) {
      return;
    }
    List<UUID> customers = List.copyOf(dueAt.keySet());
    handle
        .createUpdate(
            "insert into @.grace (customer_id, state, base_at, next_at)"
                + " select c, 'WAITING', d, d from unnest(:customers, cast(:due as timestamptz[]))"
                + " as w(c, d) on conflict (customer_id) do update set state = 'WAITING',"
                + " policy_id = null, started_at = null, next_step = 0, suspended = false,"
                + " base_at = excluded.base_at, next_at = excluded.next_at, claimed_until = null")
        .bindArray("customers", UUID.class, customers)
        .bindArray("due", String.class, customers.stream().map(c -> dueAt.get(c) + "").toList())
        .execute();
  }

  void remove(Handle handle, Collection<UUID> customerIds) {
    if (customerIds.isEmpty()) {
      return;
    }
    handle
        .createUpdate("delete from @.grace where customer_id = any(:customers)")
        .bindArray("customers", UUID.class, customerIds)
        .execute();
  }

  void save(Handle handle, Grace grace) {
    Instant startedAt = grace.startedAt();
    Instant nextAt = grace.nextAt();
    handle
        .createUpdate(
            "update @.grace set state = :state, policy_id = cast(:policy as uuid),"
                + " started_at = cast(:started as timestamptz), next_step = :step,"
                + " base_at = :base, suspended = :suspended,"
                + " next_at = cast(:next as timestamptz), claimed_until = null where customer_id = :c")
        .bind("state", grace.state().name())
        .bind("policy", grace.policyId())
        .bind("started", startedAt == null ? null : at(startedAt))
        .bind("step", grace.nextStep())
        .bind("base", at(grace.baseAt()))
        .bind("suspended", grace.suspended())
        .bind("next", nextAt == null ? null : at(nextAt))
        .bind("c", grace.customerId())
        .execute();
  }

  /** Takes customers with something due, so that no other node takes them for the lease. */
  List<UUID> claim(Handle handle, Instant now, int limit, Duration lease) {
    return handle
        .createQuery(
            "with due as (select customer_id from @.grace where next_at <= :now"
                + " and (claimed_until is null or claimed_until <= :now)"
                + " order by next_at, customer_id limit :limit for no key update skip locked)"
                + " update @.grace g set claimed_until = :until from due d"
                + " where g.customer_id = d.customer_id returning g.customer_id")
        .bind("now", at(now))
        .bind("until", at(now.plus(lease)))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  List<Grace> upcoming(Handle handle, int limit) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from @.grace where next_at is not null and state = 'RUNNING'"
                + " order by next_at, customer_id limit :limit")
        .bind("limit", limit)
        .map((row, context) -> grace(row))
        .list();
  }

  Due due(Handle handle, UUID customerId, Instant now) {
    record Line(UUID invoiceId, @Nullable UUID subscriptionId) {}
    List<Line> lines =
        handle
            .createQuery(
                "select distinct i.id, l.subscription_id from @.invoice i"
                    + " left join @.invoice_line l on l.customer_id = i.customer_id"
                    + "  and l.invoice_id = i.id and l.subscription_id is not null"
                    + " where i.customer_id = :c and i.status = 'OPEN' and i.due_at <= :now"
                    + " order by i.id")
            .bind("c", customerId)
            .bind("now", at(now))
            .map(
                (row, context) ->
                    new Line(row.getObject(1, UUID.class), row.getObject(2, UUID.class)))
            .list();
    Set<UUID> subscriptions = new java.util.HashSet<>();
    boolean all = false;
    for (Line line : lines) {
      UUID subscriptionId = line.subscriptionId();
      if (subscriptionId == null) {
        all = true;
      } else {
        subscriptions.add(subscriptionId);
      }
    }
    return new Due(lines.stream().map(Line::invoiceId).distinct().toList(), subscriptions, all);
  }

  boolean isPaymentInFlight(Handle handle, UUID customerId) {
    return handle
        .createQuery(
            "select exists (select 1 from @.payment where customer_id = :c and next_at is not null"
                + " and state in ('RECORDED', 'CALLING', 'UNKNOWN'))")
        .bind("c", customerId)
        .mapTo(Boolean.class)
        .one();
  }

  Optional<Grace> find(Handle handle, UUID customerId) {
    return Optional.ofNullable(of(handle, List.of(customerId)).get(customerId));
  }

  private static Grace grace(ResultSet row) throws SQLException {
    return new Grace(
        row.getObject("customer_id", UUID.class),
        State.valueOf(row.getString("state")),
        row.getObject("policy_id", UUID.class),
        SqlValues.instantOrNull(row, "started_at"),
        row.getInt("next_step"),
        SqlValues.instant(row, "base_at"),
        row.getBoolean("suspended"),
        SqlValues.instantOrNull(row, "next_at"));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
