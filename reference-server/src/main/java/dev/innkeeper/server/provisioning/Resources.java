package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What there is, for pages, routes and the command line. Thread-safe. */
public final class Resources {
  private static final int LIMIT_MAX = 1000;

  private final Database server;
  private final ResourceStore store;

  Resources(Database server, ResourceStore store) {
    this.server = server;
    this.store = store;
  }

  /** A customer's resources, those that are gone too, in the order of their subscriptions. */
  public List<Resource> of(UUID customerId) {
    return server.tx(handle -> store.ofCustomer(handle, customerId)).stream()
        .map(ResourceStore.Stored::resource)
        .toList();
  }

  /** The resource of a subscription; empty when it has none, or none yet. */
  public Optional<Resource> find(UUID customerId, UUID subscriptionId) {
    return server
        .tx(handle -> store.find(handle, customerId, subscriptionId))
        .map(ResourceStore.Stored::resource);
  }

  /**
   * @throws NotFound when the customer has no such resource
   */
  public Resource get(UUID customerId, UUID id) {
    return find(customerId, id).orElseThrow(() -> new NotFound("resource", id.toString()));
  }

  /** Everybody's in one status, the latest first, at most {@code limit} and 1000. */
  public List<Resource> in(ResourceStatus status, int limit) {
    return server.tx(handle -> store.inStatus(handle, status, bounded(limit))).stream()
        .map(ResourceStore.Stored::resource)
        .toList();
  }

  /** How many there are in each status. */
  public Map<ResourceStatus, Long> counts() {
    return server.tx(store::counts);
  }

  /** What happened to a resource, the latest first, at most {@code limit} and 1000. */
  public List<Resource.Change> history(UUID customerId, UUID id, int limit) {
    return server.tx(handle -> store.history(handle, customerId, id, bounded(limit)));
  }

  /**
   * How long a resource was suspended, in its latest 1000 changes.
   *
   * @param now by the engine's clock; a suspension that lasts counts until then
   */
  public Duration suspendedTime(UUID customerId, UUID id, Instant now) {
    Duration total = Duration.ZERO;
    Instant until = now;
    for (Resource.Change change : history(customerId, id, LIMIT_MAX)) {
      if (change.status() == ResourceStatus.SUSPENDED && change.at().isBefore(until)) {
        total = total.plus(Duration.between(change.at(), until));
      }
      until = change.at();
    }
    return total;
  }

  /** Whether a provisioner has something of this name that is not gone. */
  public boolean nameTaken(String provisioner, String name) {
    return server.tx(
        handle ->
            handle
                .createQuery(
                    "select exists (select 1 from @.resource where provisioner = :provisioner"
                        + " and name = :name and state <> 'GONE')")
                .bind("provisioner", provisioner)
                .bind("name", name)
                .mapTo(Boolean.class)
                .one());
  }

  /** What is in the world and nobody is entitled to, as of the last look. */
  public List<Resource.Orphan> orphans() {
    return server.tx(
        handle ->
            handle
                .createQuery(
                    "select provisioner, resource_id, name, state, first_seen_at from @.orphan"
                        + " order by provisioner, resource_id limit :limit")
                .bind("limit", LIMIT_MAX)
                .map(
                    (row, context) ->
                        new Resource.Orphan(
                            row.getString("provisioner"),
                            row.getObject("resource_id", UUID.class),
                            row.getString("name"),
                            row.getString("state"),
                            SqlValues.instant(row, "first_seen_at")))
                .list());
  }

  private static int bounded(int limit) {
    return Math.max(1, Math.min(limit, LIMIT_MAX));
  }
}
