package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A running subscription will move to another price. Told once for each subscription and raise, the
 * raise's notice ahead; a subscription that is taken out later than that is told at once.
 *
 * @param movesAt the start of the first billing period at the new price
 * @param before the components of the price until then, such as {@code Base: 12 EUR per month}
 * @param after those of the price from then on
 */
@EventType("price.changed")
public record PriceChanged(
    UUID customerId,
    UUID subscriptionId,
    String productCode,
    UUID oldPriceVersionId,
    UUID newPriceVersionId,
    Instant movesAt,
    List<String> before,
    List<String> after)
    implements BillingEvent {
  public PriceChanged {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }
}
