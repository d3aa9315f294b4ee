package dev.innkeeper.server.runtime;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells what became of a subscription in the world. */
public interface Resources {
  /** Where a resource stands. */
  enum State {
    /** Nothing is provisioned for the subscription. */
    NONE,
    STARTING,
    RUNNING,
    FAILED
  }

  /**
   * What was made for a subscription.
   *
   * @param address where it is reached; null while it isn't
   * @param problem the provider's own words when something failed; null otherwise
   */
  record Resource(State state, @Nullable String address, @Nullable String problem) {}

  /** What was made for the subscription; empty when nothing is. */
  Optional<Resource> of(UUID customerId, UUID subscriptionId);
}
