package dev.innkeeper.billing.dunning;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.problem.InvalidInput;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/** Which policy is for whom. Thread-safe. */
public final class GracePolicies {
  /** Stands for every group without a policy of its own. */
  public static final String ANY_GROUP = "*";

  private final Database db;
  private final ObjectMapper json;
  private final Ids ids;
  private final Clock clock;
  private final Map<UUID, GracePolicy> byId = new ConcurrentHashMap<>();

  GracePolicies(Database db, Ids ids, Clock clock) {
    this.db = db;
    this.json = BillingJson.mapper();
    this.ids = ids;
    this.clock = clock;
  }

  /** A policy with the id under which it is remembered. */
  record Remembered(UUID id, GracePolicy policy) {}

  /**
   * Sets the policy of a customer group. Who is in grace already goes on under the policy it began
   * with.
   *
   * @param group a customer group, or {@link #ANY_GROUP}
   * @param actor who sets it, for the record
   */
  public void set(String group, GracePolicy policy, String actor) {
    if (group.isBlank() || group.length() > 200) {
      throw new InvalidInput("group", "must have 1 to 200 characters");
    }
    db.run(handle -> insert(handle, group, policy, actor));
  }

  /** The policies in force, by customer group. */
  public Map<String, GracePolicy> all() {
    Map<String, GracePolicy> all = new TreeMap<>();
    all.put(ANY_GROUP, GracePolicy.standard());
    db.run(
        handle ->
            handle
                .createQuery(
                    "select distinct on (customer_group) customer_group, policy"
                        + " from @.grace_policy order by customer_group, set_at desc, id desc")
                .map(
                    (row, context) ->
                        all.put(row.getString("customer_group"), read(row.getString("policy"))))
                .list());
    return all;
  }

  /** The policy a customer of the group enters grace under; the standard one when none was set. */
  Remembered of(Handle handle, String group) {
    Optional<Remembered> found =
        handle
            .createQuery(
                "select id, policy from @.grace_policy where customer_group in (:group, '*')"
                    + " order by customer_group = '*', set_at desc, id desc limit 1")
            .bind("group", group)
            .map(
                (row, context) ->
                    new Remembered(row.getObject("id", UUID.class), read(row.getString("policy"))))
            .findOne();
    return found.orElseGet(
        () -> {
          GracePolicy standard = GracePolicy.standard();
          return new Remembered(insert(handle, ANY_GROUP, standard, "engine"), standard);
        });
  }

  GracePolicy byId(Handle handle, UUID id) {
    return byId.computeIfAbsent(
        id,
        key ->
            read(
                handle
                    .createQuery("select policy from @.grace_policy where id = :id")
                    .bind("id", key)
                    .mapTo(String.class)
                    .one()));
  }

  private UUID insert(Handle handle, String group, GracePolicy policy, String actor) {
    UUID id = ids.next();
    handle
        .createUpdate(
            "insert into @.grace_policy (id, customer_group, policy, set_by, set_at)"
                + " values (:id, :group, cast(:policy as jsonb), :actor, :now)")
        .bind("id", id)
        .bind("group", group)
        .bind("policy", BillingJson.write(json, policy))
        .bind("actor", actor)
        .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
        .execute();
    return id;
  }

  private GracePolicy read(String text) {
    return BillingJson.read(json, text, GracePolicy.class);
  }
}
