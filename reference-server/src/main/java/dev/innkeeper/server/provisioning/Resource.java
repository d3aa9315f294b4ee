package dev.innkeeper.server.provisioning;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a subscription made real. Immutable.
 *
 * @param id the subscription's
 * @param name its owner's word for it, a DNS label
 * @param provisioner which provisioner runs it, by name
 * @param message what is going on or went wrong, in the provider's own words
 * @param facts for its owner, such as {@code url}
 * @param drift how it differed when it was last looked at, one sentence each
 * @param attempts how often it failed in a row
 * @param nextAttemptAt when it is tried again, in real time; empty when it is as it should be or
 *     was given up
 * @param createdAt by the engine's clock
 * @param changedAt when its status last changed, by the engine's clock
 */
public record Resource(
    UUID customerId,
    UUID id,
    String name,
    String productCode,
    String provisioner,
    DesiredState desired,
    ResourceStatus status,
    Optional<String> message,
    Map<String, String> facts,
    List<String> drift,
    int attempts,
    Optional<Instant> nextAttemptAt,
    Instant createdAt,
    Instant changedAt) {
  public Resource {
    facts = Map.copyOf(facts);
    drift = List.copyOf(drift);
  }

  /** Whether something is still being done about it. */
  public boolean settled() {
    return nextAttemptAt.isEmpty();
  }

  /**
   * One line of a resource's life.
   *
   * @param at by the engine's clock
   */
  public record Change(Instant at, ResourceStatus status, Optional<String> message) {}

  /**
   * Something in the world that nobody is entitled to.
   *
   * @param name what it was called
   * @param state what it does, as the provisioner says
   */
  public record Orphan(
      String provisioner, UUID id, String name, String state, Instant firstSeenAt) {}
}
