package dev.innkeeper.server.runtime;

import dev.innkeeper.billing.problem.InvalidInput.Violation;
import java.util.List;
import java.util.Map;
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
    SUSPENDED,
    FAILED,
    GONE
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

  /**
   * What would be wrong with a new one; empty when it can be made.
   *
   * @param options every option of the product, with its value
   * @param name the owner's word for it
   */
  List<Violation> check(String productCode, Map<String, String> options, String name);
}
