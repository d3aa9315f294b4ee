package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.provisioner.capability.Metered;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * What resources cost the hoster and used within a time, summed by the database from what was
 * metered. An interval belongs to the time it begins in. Thread-safe.
 */
public final class CostReport {
  private static final int LISTED_MAX = 500;
  private static final String INTERVALS =
      " from @.metered_interval m join @.resource r"
          + " on r.customer_id = m.customer_id and r.id = m.resource_id"
          + " where m.from_at >= :from and m.from_at < :to ";

  private final Database server;

  /**
   * What all resources of a provisioner came to, in one currency.
   *
   * @param resources how many were metered
   * @param running how long they were not suspended, all together
   * @param cost empty where the provisioner does not quote one
   */
  public record OfProvisioner(
      String provisioner, long resources, Duration running, Optional<MeteredInterval.Cost> cost) {}

  /**
   * What one resource came to, in one currency.
   *
   * @param running how long it was not suspended
   * @param cost empty where the provisioner does not quote one
   * @param used by meter; empty where the provisioner does not measure
   */
  public record OfResource(
      UUID customerId,
      UUID id,
      String name,
      String product,
      String provisioner,
      Duration running,
      Optional<MeteredInterval.Cost> cost,
      List<Metered.Reading> used) {
    public OfResource {
      used = List.copyOf(used);
    }
  }

  CostReport(Database server) {
    this.server = server;
  }

  /**
   * By provisioner and currency, in the order of their names.
   *
   * @param from inclusive
   * @param to exclusive
   */
  public List<OfProvisioner> byProvisioner(Instant from, Instant to) {
    return server.tx(
        handle ->
            handle
                .createQuery(
                    "select r.provisioner, m.currency, sum(m.cost) as cost,"
                        + " sum(m.running_millis) as running,"
                        + " count(distinct (m.customer_id, m.resource_id)) as resources"
                        + INTERVALS
                        + "group by r.provisioner, m.currency order by r.provisioner, m.currency")
                .bind("from", ResourceStore.at(from))
                .bind("to", ResourceStore.at(to))
                .map(
                    (row, context) ->
                        new OfProvisioner(
                            row.getString("provisioner"),
                            row.getLong("resources"),
                            running(row),
                            cost(row)))
                .list());
  }

  /**
   * The dearest resources first; those without a price last.
   *
   * @param from inclusive
   * @param to exclusive
   * @param limit 500 at most
   */
  public List<OfResource> dearest(Instant from, Instant to, int limit) {
    return server.tx(
        handle -> {
          List<OfResource> found =
              handle
                  .createQuery(
                      "select m.customer_id, m.resource_id, r.name, r.product_code, r.provisioner,"
                          + " m.currency, sum(m.cost) as cost, sum(m.running_millis) as running"
                          + INTERVALS
                          + "group by m.customer_id, m.resource_id, r.name, r.product_code,"
                          + " r.provisioner, m.currency"
                          + " order by sum(m.cost) desc nulls last, m.resource_id limit :limit")
                  .bind("from", ResourceStore.at(from))
                  .bind("to", ResourceStore.at(to))
                  .bind("limit", Math.max(1, Math.min(limit, LISTED_MAX)))
                  .map((row, context) -> resource(row))
                  .list();
          List<OfResource> whole = new ArrayList<>(found.size());
          for (OfResource each : found) {
            whole.add(
                new OfResource(
                    each.customerId(),
                    each.id(),
                    each.name(),
                    each.product(),
                    each.provisioner(),
                    each.running(),
                    each.cost(),
                    used(handle, each, from, to)));
          }
          return whole;
        });
  }

  private static List<Metered.Reading> used(
      Handle handle, OfResource resource, Instant from, Instant to) {
    return handle
        .createQuery(
            "select reading->>'meter' as meter, reading->>'unit' as unit,"
                + " sum(cast(reading->>'quantity' as numeric)) as quantity"
                + " from @.metered_interval, jsonb_array_elements(readings) as reading"
                + " where customer_id = :customer and resource_id = :id"
                + " and from_at >= :from and from_at < :to group by 1, 2 order by 1, 2")
        .bind("customer", resource.customerId())
        .bind("id", resource.id())
        .bind("from", ResourceStore.at(from))
        .bind("to", ResourceStore.at(to))
        .map(
            (row, context) ->
                new Metered.Reading(
                    row.getString("meter"), row.getBigDecimal("quantity"), row.getString("unit")))
        .list();
  }

  private static OfResource resource(ResultSet row) throws SQLException {
    return new OfResource(
        row.getObject("customer_id", UUID.class),
        row.getObject("resource_id", UUID.class),
        row.getString("name"),
        row.getString("product_code"),
        row.getString("provisioner"),
        running(row),
        cost(row),
        List.of());
  }

  private static Duration running(ResultSet row) throws SQLException {
    return Duration.ofMillis(row.getLong("running"));
  }

  private static Optional<MeteredInterval.Cost> cost(ResultSet row) throws SQLException {
    String currency = row.getString("currency");
    BigDecimal cost = row.getBigDecimal("cost");
    return currency == null || cost == null
        ? Optional.empty()
        : Optional.of(new MeteredInterval.Cost(currency, cost));
  }
}
