package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.rating.Charge;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Charges by customer. A customer without charges is absent. Immutable.
 *
 * @param parked customers whose data is inconsistent, with the reason; none of theirs was charged
 */
public record Taken(Map<UUID, List<Charge>> charges, Map<UUID, String> parked) {
  public Taken {
    charges = Map.copyOf(charges);
    parked = Map.copyOf(parked);
  }
}
