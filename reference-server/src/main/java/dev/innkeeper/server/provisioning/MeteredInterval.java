package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.CostEstimate;
import dev.innkeeper.provisioner.capability.Metered;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a resource used and cost within one interval. Intervals of a resource follow each other
 * without gap or overlap. Immutable.
 *
 * @param id the resource's
 * @param from inclusive, by the engine's clock
 * @param to exclusive
 * @param readings the provisioner's first answer
 * @param running how much of it the resource was not suspended
 * @param cost the hoster's, for the running part, as the provisioner quotes an hour; empty where it
 *     does not
 * @param refused what the engine did not take, and why; empty when it took all
 */
public record MeteredInterval(
    UUID customerId,
    UUID id,
    Instant from,
    Instant to,
    List<Metered.Reading> readings,
    Duration running,
    Optional<Cost> cost,
    Optional<String> refused) {
  public MeteredInterval {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("to: must be after " + from + ", was " + to);
    }
    if (running.isNegative() || running.compareTo(Duration.between(from, to)) > 0) {
      throw new IllegalArgumentException("running: must be within the interval, was " + running);
    }
    readings = List.copyOf(readings);
  }

  /**
   * An amount in major units, to 12 decimals, half-up.
   *
   * @param currency as in {@link CostEstimate}
   */
  public record Cost(String currency, BigDecimal amount) {}
}
