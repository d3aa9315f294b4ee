package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.subscription.ChargeBook;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import dev.innkeeper.billing.subscription.Subscriptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Asks subscriptions and their rating. Thread-safe. */
public final class SubscribedServices implements RunningServices {
  private final Customers customers;
  private final Subscriptions subscriptions;
  private final ChargeBook charges;

  public SubscribedServices(Customers customers, Subscriptions subscriptions, ChargeBook charges) {
    this.customers = customers;
    this.subscriptions = subscriptions;
    this.charges = charges;
  }

  @Override
  public boolean any(UUID customerId) {
    return subscriptions.list(customerId).stream()
        .anyMatch(s -> s.status() == SubscriptionStatus.ACTIVE);
  }

  @Override
  public Amount unbilledAtPeriodEnd(UUID customerId, Currency currency, Instant now) {
    // What starts with the next period is that period's.
    return unbilled(
        customerId,
        currency,
        customers.get(customerId).calendar().periodAt(now).to().minusNanos(1_000));
  }

  @Override
  public Amount unbilled(UUID customerId, Currency currency, Instant through) {
    Amount sum = Amount.zero(currency);
    List<Charge> unbilled =
        charges
            .peek(Map.of(customerId, through), ChargeScope.ALL)
            .charges()
            .getOrDefault(customerId, List.of());
    for (Charge charge : unbilled) {
      if (charge.amount().currency().equals(currency)) {
        sum = sum.plus(charge.amount());
      }
    }
    return sum;
  }
}
