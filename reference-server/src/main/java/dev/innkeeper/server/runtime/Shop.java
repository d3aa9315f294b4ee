package dev.innkeeper.server.runtime;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.QuoteRequest;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.DeployDecision;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Starts and ends services, and tells of a subscription together with what became of it.
 * Thread-safe.
 */
public final class Shop {
  /** What a service's owner calls it, in the subscription's metadata. */
  public static final String NAME = "name";

  private final BillingEngine engine;
  private final Resources resources;
  private final Runnable doDueWork;

  public Shop(BillingEngine engine, Resources resources, Runnable doDueWork) {
    this.engine = engine;
    this.resources = resources;
    this.doDueWork = doDueWork;
  }

  /**
   * A subscription and the resource that makes it real.
   *
   * @param address where it is reached; null while it isn't
   * @param problem the provider's own words when something failed; null otherwise
   */
  public record Service(
      Subscription subscription,
      Resources.State state,
      @Nullable String address,
      @Nullable String problem) {}

  /**
   * Starts a service, if the customer may.
   *
   * @throws NotAllowed with code {@code no-funds} or {@code invoice-overdue}, saying what to do
   */
  public Service start(NewSubscription wanted, String key) {
    Customer customer = engine.customers().get(wanted.customerId());
    Instant now = engine.now();
    Duration left = Duration.between(now, customer.calendar().periodAt(now).to());
    Amount total =
        engine
            .catalog()
            .quote(
                QuoteRequest.of(wanted.productCode(), wanted.options(), wanted.currency())
                    .withQuantity(wanted.quantity())
                    .withDuration(left))
            .total();
    Amount firstPeriod = total == null ? Amount.zero(wanted.currency()) : total;
    if (engine.deployGate().check(customer.id(), firstPeriod)
        instanceof DeployDecision.Refused refused) {
      throw new NotAllowed(refused.code(), refused.message());
    }
    String name = wanted.metadata().get(NAME);
    if (name != null && !isRepeat(wanted, name)) {
      List<Violation> problems = resources.check(wanted.productCode(), chosen(wanted), name);
      if (!problems.isEmpty()) {
        throw new InvalidInput(problems);
      }
    }
    Subscription started = engine.subscriptions().start(wanted, key);
    doDueWork.run();
    return view(started);
  }

  /** A name is not free any more when the same request comes again: the engine tells them apart. */
  private boolean isRepeat(NewSubscription wanted, String name) {
    return engine.subscriptions().list(wanted.customerId()).stream()
        .anyMatch(
            s ->
                name.equals(s.metadata().get(NAME))
                    && s.productCode().equals(wanted.productCode()));
  }

  /** What was chosen, with the product's defaults for the rest. */
  private Map<String, String> chosen(NewSubscription wanted) {
    Map<String, String> all = new TreeMap<>();
    engine
        .catalog()
        .product(wanted.productCode())
        .options()
        .forEach((option, values) -> all.put(option, values.get(0)));
    all.putAll(wanted.options());
    return all;
  }

  /** Ends a service. */
  public Service cancel(UUID customerId, UUID id, CancelAt at) {
    engine.subscriptions().cancel(customerId, id, at);
    doDueWork.run();
    return view(engine.subscriptions().get(customerId, id));
  }

  /** Why a customer can't start anything, however cheap; empty when they can. */
  public Optional<String> refusal(UUID customerId) {
    Customer customer = engine.customers().get(customerId);
    return engine.deployGate().check(customerId, Amount.zero(customer.currency()))
            instanceof DeployDecision.Refused refused
        ? Optional.of(refused.message())
        : Optional.empty();
  }

  /** The subscription with what became of it. */
  public Service view(Subscription subscription) {
    Resources.Resource resource =
        resources
            .of(subscription.customerId(), subscription.id())
            .orElse(new Resources.Resource(Resources.State.NONE, null, null));
    return new Service(subscription, resource.state(), resource.address(), resource.problem());
  }

  /** A customer's services. */
  public List<Service> list(UUID customerId) {
    return engine.subscriptions().list(customerId).stream().map(this::view).toList();
  }
}
