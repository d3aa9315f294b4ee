package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.payment.spi.MethodDetails;
import dev.innkeeper.billing.payment.spi.MethodSetUpRequest;
import dev.innkeeper.billing.payment.spi.MethodSetUpResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Customers' cards: added, ordered, removed. A card is there once for a customer, by its
 * fingerprint. Thread-safe.
 */
public final class PaymentMethods {
  private static final int METHODS_MAX = 10;

  private final Database db;
  private final EventLog events;
  private final Ids ids;
  private final Clock clock;
  private final Customers customers;
  private final Providers providers;
  private final Settlement settlement;
  private final RunningServices running;

  PaymentMethods(
      PaymentCore core, Providers providers, Settlement settlement, RunningServices running) {
    this.db = core.db();
    this.events = core.events();
    this.ids = core.ids();
    this.clock = core.clock();
    this.customers = core.customers();
    this.providers = providers;
    this.settlement = settlement;
    this.running = running;
  }

  /**
   * Adds a card, and settles with it what is open.
   *
   * @param provider the provider's code
   * @param token what the customer's browser got from the provider (the sandbox takes card
   *     numbers); null to be sent to the provider's own page
   * @param returnUrl where that page sends the customer back to; may be null with a token
   * @throws IllegalStateException inside a transaction: the provider is called
   * @throws NotFound when there is no such customer
   * @throws NotAllowed with code {@code too-many-cards} beyond ten cards
   */
  public AddMethodResult add(
      UUID customerId, String provider, @Nullable String token, @Nullable String returnUrl) {
    db.requireNoTransaction();
    customers.get(customerId);
    PaymentProvider paymentProvider = providers.get(provider);
    if (token == null
        && !paymentProvider.capabilities().contains(PaymentProvider.Capability.HOSTED_SET_UP)) {
      throw new InvalidInput("token", "the provider " + provider + " has no page of its own");
    }
    UUID setUpId = ids.next();
    String customerReference = db.tx(handle -> recordSetUp(handle, customerId, setUpId, provider));
    MethodSetUpResult result =
        paymentProvider.setUpMethod(
            new MethodSetUpRequest(setUpId, customerId, customerReference, token, returnUrl));
    if (result instanceof MethodSetUpResult.Ready ready) {
      return attach(customerId, setUpId, provider, ready.details());
    }
    if (result instanceof MethodSetUpResult.Redirect redirect) {
      endSetUp(customerId, setUpId, "WAITING", redirect.reference());
      return new AddMethodResult.Redirect(setUpId, redirect.url());
    }
    MethodSetUpResult.Refused refused = (MethodSetUpResult.Refused) result;
    endSetUp(customerId, setUpId, "REFUSED", null);
    return new AddMethodResult.Refused(refused.code(), refused.message());
  }

  private @Nullable String recordSetUp(
      Handle handle, UUID customerId, UUID setUpId, String provider) {
    if (list(customerId).size() >= METHODS_MAX) {
      throw new NotAllowed("too-many-cards", "remove a card before you add the eleventh");
    }
    handle
        .createUpdate(
            "insert into @.method_set_up (customer_id, id, provider, state, recorded_at)"
                + " values (:c, :id, :provider, 'ASKED', :now)")
        .bind("c", customerId)
        .bind("id", setUpId)
        .bind("provider", provider)
        .bind("now", now())
        .execute();
    return handle
        .createQuery(
            "select customer_reference from @.payment_method where customer_id = :c and provider ="
                + " :provider and customer_reference is not null order by added_at desc limit 1")
        .bind("c", customerId)
        .bind("provider", provider)
        .mapTo(String.class)
        .findOne()
        .orElse(null);
  }

  private void endSetUp(UUID customerId, UUID setUpId, String state, @Nullable String reference) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.method_set_up set state = :state, reference = :reference"
                        + " where customer_id = :c and id = :id")
                .bind("state", state)
                .bind("reference", reference)
                .bind("c", customerId)
                .bind("id", setUpId)
                .execute());
  }

  /** A card that was entered on the provider's page; nothing when the set-up is not known. */
  void completeSetUp(String provider, UUID setUpId, MethodDetails details) {
    Optional<UUID> customerId =
        db.tx(
            handle ->
                handle
                    .createQuery(
                        "select customer_id from @.method_set_up"
                            + " where id = :id and provider = :provider and state <> 'DONE'")
                    .bind("id", setUpId)
                    .bind("provider", provider)
                    .mapTo(UUID.class)
                    .findOne());
    customerId.ifPresent(customer -> attach(customer, setUpId, provider, details));
  }

  private AddMethodResult attach(
      UUID customerId, UUID setUpId, String provider, MethodDetails details) {
    AddMethodResult result =
        db.tx(
            handle -> {
              customers.lock(customerId);
              endSetUp(customerId, setUpId, "DONE", details.reference().methodReference());
              AddMethodResult stored = store(handle, customerId, provider, details);
              if (stored instanceof AddMethodResult.Added) {
                // Recorded together with the card, so that no crash leaves it undone.
                settlement.settle(customerId);
              }
              return stored;
            });
    if (result instanceof AddMethodResult.Added) {
      settlement.settle(customerId);
    }
    return result;
  }

  private AddMethodResult store(
      Handle handle, UUID customerId, String provider, MethodDetails details) {
    Optional<PaymentMethod> same =
        handle
            .createQuery(
                "select "
                    + MethodBook.COLUMNS
                    + " from @.payment_method where customer_id = :c and provider = :provider"
                    + " and fingerprint = :fingerprint and status <> 'REMOVED'")
            .bind("c", customerId)
            .bind("provider", provider)
            .bind("fingerprint", details.fingerprint())
            .map((row, context) -> MethodBook.method(row))
            .findOne();
    if (same.isPresent() && same.get().isUsableAt(clock.instant())) {
      return new AddMethodResult.Refused(
          "card-exists", "The card " + same.get().label() + " is there already.");
    }
    // A disabled or expired card comes back with what was entered now.
    UUID id = same.map(PaymentMethod::id).orElseGet(ids::next);
    handle
        .createUpdate(
            "insert into @.payment_method (customer_id, id, provider, method_reference,"
                + " customer_reference, fingerprint, brand, last4, expiry_month, expiry_year,"
                + " position, status, added_at) values (:c, :id, :provider, :reference,"
                + " :customerReference, :fingerprint, :brand, :last4, :month, :year,"
                + " (select coalesce(max(position), 0) + 1 from @.payment_method"
                + "  where customer_id = :c), 'ACTIVE', :now)"
                + " on conflict (customer_id, id) do update set method_reference = :reference,"
                + " customer_reference = :customerReference, expiry_month = :month,"
                + " expiry_year = :year, status = 'ACTIVE', disabled_code = null, warned_at = null")
        .bind("c", customerId)
        .bind("id", id)
        .bind("provider", provider)
        .bind("reference", details.reference().methodReference())
        .bind("customerReference", details.reference().customerReference())
        .bind("fingerprint", details.fingerprint())
        .bind("brand", details.brand())
        .bind("last4", details.last4())
        .bind("month", details.expiryMonth())
        .bind("year", details.expiryYear())
        .bind("now", now())
        .execute();
    PaymentMethod method = get(customerId, id);
    events.append(new PaymentMethodAdded(customerId, id, method.label()));
    return new AddMethodResult.Added(method);
  }

  /** The customer's cards in the order they are tried, the default first. */
  public List<PaymentMethod> list(UUID customerId) {
    return db.tx(handle -> MethodBook.of(handle, List.of(customerId)));
  }

  /**
   * @throws NotFound when the customer has no such card
   */
  public PaymentMethod get(UUID customerId, UUID methodId) {
    return list(customerId).stream()
        .filter(method -> method.id().equals(methodId))
        .findFirst()
        .orElseThrow(() -> new NotFound("payment-method", methodId.toString()));
  }

  /**
   * Makes a card the first to be tried; the others keep their order.
   *
   * @throws NotFound when the customer has no such card
   */
  public void makeDefault(UUID customerId, UUID methodId) {
    db.run(
        handle -> {
          customers.lock(customerId);
          get(customerId, methodId);
          handle
              .createUpdate(
                  "update @.payment_method set position = (select min(position) - 1"
                      + " from @.payment_method where customer_id = :c)"
                      + " where customer_id = :c and id = :id")
              .bind("c", customerId)
              .bind("id", methodId)
              .execute();
        });
  }

  /**
   * Removes a card.
   *
   * @throws NotFound when the customer has no such card
   * @throws NotAllowed with code {@code card-in-use} while it is being charged, and with {@code
   *     last-card} when it is the last usable one and something runs or is owed
   */
  public void remove(UUID customerId, UUID methodId) {
    db.run(
        handle -> {
          customers.lock(customerId);
          PaymentMethod method = get(customerId, methodId);
          requireIdle(handle, method);
          boolean usable = method.isUsableAt(clock.instant());
          boolean another =
              list(customerId).stream()
                  .anyMatch(m -> !m.id().equals(methodId) && m.isUsableAt(clock.instant()));
          if (usable && !another && (running.any(customerId) || owesAnything(handle, customerId))) {
            throw new NotAllowed(
                "last-card",
                "this is the last card, and something runs or is owed: add another card, or end"
                    + " what runs and pay what is open, first");
          }
          setRemoved(handle, method);
        });
  }

  /** A card that is gone at the provider's, whatever depends on it. */
  void removedByProvider(String provider, String methodReference) {
    db.run(
        handle -> {
          Optional<PaymentMethod> found =
              handle
                  .createQuery(
                      "select "
                          + MethodBook.COLUMNS
                          + " from @.payment_method where provider = :provider"
                          + " and method_reference = :reference and status <> 'REMOVED'")
                  .bind("provider", provider)
                  .bind("reference", methodReference)
                  .map((row, context) -> MethodBook.method(row))
                  .findOne();
          if (found.isPresent()) {
            customers.lock(found.get().customerId());
            setRemoved(handle, found.get());
          }
        });
  }

  private void setRemoved(Handle handle, PaymentMethod method) {
    int changed =
        handle
            .createUpdate(
                "update @.payment_method set status = 'REMOVED' where customer_id = :c and id = :id"
                    + " and status <> 'REMOVED'")
            .bind("c", method.customerId())
            .bind("id", method.id())
            .execute();
    if (changed == 1) {
      events.append(new PaymentMethodRemoved(method.customerId(), method.id(), method.label()));
    }
  }

  private static void requireIdle(Handle handle, PaymentMethod method) {
    boolean busy =
        handle
            .createQuery(
                "select exists (select 1 from @.payment where customer_id = :c and method_id = :id"
                    + " and next_at is not null)")
            .bind("c", method.customerId())
            .bind("id", method.id())
            .mapTo(Boolean.class)
            .one();
    if (busy) {
      throw new NotAllowed(
          "card-in-use", "the card is being charged; try again when the payment has ended");
    }
  }

  private static boolean owesAnything(Handle handle, UUID customerId) {
    return handle
        .createQuery(
            "select exists (select 1 from @.invoice where customer_id = :c and status = 'OPEN')")
        .bind("c", customerId)
        .mapTo(Boolean.class)
        .one();
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }
}
