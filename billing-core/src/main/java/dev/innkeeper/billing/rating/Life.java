package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.time.BillingCalendar;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The part of a subscription's life that may still be charged. Immutable.
 *
 * @param trialEnd time before it is free; the start of the subscription when there is no trial
 * @param phases in order, without gap or overlap; one at least
 */
public record Life(
    UUID customerId,
    UUID subscriptionId,
    BillingCalendar calendar,
    Instant trialEnd,
    List<Phase> phases) {
  /**
   * @throws IllegalStateException when the phases leave a gap or overlap
   */
  public Life {
    phases = List.copyOf(phases);
    if (phases.isEmpty()) {
      throw new IllegalStateException("subscription " + subscriptionId + " has no phase");
    }
    for (int i = 1; i < phases.size(); i++) {
      if (!phases.get(i).from().equals(phases.get(i - 1).to())) {
        throw new IllegalStateException(
            "subscription "
                + subscriptionId
                + " has a phase from "
                + phases.get(i).from()
                + " after one to "
                + phases.get(i - 1).to());
      }
    }
  }

  /** When it ends, or null while that is not known. */
  public @Nullable Instant end() {
    return phases.get(phases.size() - 1).to();
  }
}
