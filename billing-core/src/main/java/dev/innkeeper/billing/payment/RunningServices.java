package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.time.Instant;
import java.util.UUID;

/** What payments need to know of a customer's subscriptions. */
public interface RunningServices {
  /** Whether anything that costs money is active. */
  boolean any(UUID customerId);

  /**
   * What is charged up to an instant and not invoiced; the instant may lie ahead, for a forecast.
   */
  Amount unbilled(UUID customerId, Currency currency, Instant through);

  /**
   * What running subscriptions will have cost at the end of the billing period, unbilled so far.
   */
  Amount unbilledAtPeriodEnd(UUID customerId, Currency currency, Instant now);
}
