package dev.innkeeper.provisioner;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A resource as it is.
 *
 * @param specDigest the {@link ResourceSpec#digest()} it was last brought to, where known
 * @param message the provider's own words about its state, for the customer's page
 * @param drift what differs from the specification though we did not change it, one sentence each:
 *     {@link Provisioner#ensureRunning} will put it right
 * @param facts for its owner's eyes, such as {@code url}; kept in the server's database
 */
public record Observation(
    ResourceState state,
    Optional<String> specDigest,
    Optional<String> message,
    List<String> drift,
    Map<String, String> facts) {
  private static final Observation NOTHING = of(ResourceState.ABSENT);

  public Observation {
    drift = List.copyOf(drift);
    facts = Map.copyOf(facts);
  }

  /** Nothing is there. */
  public static Observation absent() {
    return NOTHING;
  }

  /** A state with nothing more to say of it. */
  public static Observation of(ResourceState state) {
    return new Observation(state, Optional.empty(), Optional.empty(), List.of(), Map.of());
  }

  public Observation withSpecDigest(String digest) {
    return new Observation(state, Optional.of(digest), message, drift, facts);
  }

  public Observation withMessage(String text) {
    return new Observation(state, specDigest, Optional.of(text), drift, facts);
  }

  public Observation withDrift(List<String> differences) {
    return new Observation(state, specDigest, message, differences, facts);
  }

  public Observation withFacts(Map<String, String> newFacts) {
    return new Observation(state, specDigest, message, drift, newFacts);
  }
}
