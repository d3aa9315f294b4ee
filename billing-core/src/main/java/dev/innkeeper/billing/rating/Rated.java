package dev.innkeeper.billing.rating;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rating a subscription gave. Immutable.
 *
 * @param charges in order of period and component
 * @param next where the next rating goes on
 * @param nextDue when there will be something to charge again; null when its time is charged to the
 *     end
 */
public record Rated(List<Charge> charges, Watermark next, @Nullable Instant nextDue) {
  public Rated {
    charges = List.copyOf(charges);
  }
}
