package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.payment.spi.MethodDetails;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.MethodSetUpRequest;
import dev.innkeeper.billing.payment.spi.MethodSetUpResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
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
  private static final int SET_UPS_MAX = 3;

  /** For as long as providers' pages stay open. */
  private static final Duration SET_UP_TIME = Duration.ofHours(24);

  private final Database db;
  private final Commands commands;
  private final EventLog events;
  private final Ids ids;
  private final Clock clock;
  private final Customers customers;
  private final Providers providers;
  private final Settlement settlement;
  private final RunningServices running;
  private final MethodDetaching detaching;

  PaymentMethods(
      PaymentCore core,
      Providers providers,
      Settlement settlement,
      RunningServices running,
      MethodDetaching detaching) {
    this.db = core.db();
    this.commands = core.commands();
    this.events = core.events();
    this.ids = core.ids();
    this.clock = core.clock();
    this.customers = core.customers();
    this.providers = providers;
    this.settlement = settlement;
    this.running = running;
    this.detaching = detaching;
  }

  /**
   * Adds a card, and settles with it what is open. Sent twice by a caller without a key of its own,
   * a card is refused the second time.
   *
   * @see #add(UUID, NewMethod, String)
   */
  public AddMethodResult add(
      UUID customerId, String provider, @Nullable String token, @Nullable String returnUrl) {
    return add(customerId, new NewMethod(provider, token, returnUrl), ids.next().toString());
  }

  /**
   * Adds a card, and settles with it what is open.
   *
   * @param key a repeat with the same key and content gives the first outcome, as it stands then
   * @throws IllegalStateException inside a transaction: the provider is called
   * @throws NotFound when there is no such customer
   * @throws NotAllowed with code {@code too-many-cards} beyond ten cards
   * @throws InvalidInput when there is no such provider, or it needs a token
   */
  public AddMethodResult add(UUID customerId, NewMethod wanted, String key) {
    db.requireNoTransaction();
    customers.get(customerId);
    String provider = wanted.provider();
    PaymentProvider paymentProvider = providers.get(provider);
    if (wanted.token() == null
        && !paymentProvider.capabilities().contains(PaymentProvider.Capability.HOSTED_SET_UP)) {
      throw new InvalidInput("token", "the provider " + provider + " has no page of its own");
    }
    // Of the token nothing is stored but, in the request's hash, whether it is the same again.
    UUID setUpId =
        commands.once(
            customerId,
            "method.add:" + key,
            wanted,
            UUID.class,
            () -> db.tx(handle -> recordSetUp(handle, customerId, provider)));
    Optional<AddMethodResult> before = db.tx(handle -> outcome(handle, customerId, setUpId));
    if (before.isPresent()) {
      return before.get();
    }
    MethodSetUpResult result =
        paymentProvider.setUpMethod(
            new MethodSetUpRequest(
                setUpId,
                customerId,
                db.tx(handle -> customerReference(handle, customerId, provider)),
                wanted.token(),
                wanted.returnUrl()));
    if (result instanceof MethodSetUpResult.Ready ready) {
      return attach(customerId, setUpId, provider, ready.details());
    }
    if (result instanceof MethodSetUpResult.Redirect redirect) {
      endSetUp(customerId, setUpId, SetUpEnd.waiting(redirect));
      return new AddMethodResult.Redirect(setUpId, redirect.url());
    }
    MethodSetUpResult.Refused refused = (MethodSetUpResult.Refused) result;
    endSetUp(customerId, setUpId, SetUpEnd.refused(refused.code(), refused.message()));
    return new AddMethodResult.Refused(refused.code(), refused.message());
  }

  private UUID recordSetUp(Handle handle, UUID customerId, String provider) {
    if (list(customerId).size() >= METHODS_MAX) {
      throw new NotAllowed("too-many-cards", "remove a card before you add the eleventh");
    }
    UUID setUpId = ids.next();
    handle
        .createUpdate(
            "insert into @.method_set_up (customer_id, id, provider, state, recorded_at)"
                + " values (:c, :id, :provider, 'ASKED', :now)")
        .bind("c", customerId)
        .bind("id", setUpId)
        .bind("provider", provider)
        .bind("now", now())
        .execute();
    return setUpId;
  }

  private static @Nullable String customerReference(
      Handle handle, UUID customerId, String provider) {
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

  /** What became of a set-up; empty while the provider is to be asked, or asked again. */
  private static Optional<AddMethodResult> outcome(Handle handle, UUID customerId, UUID setUpId) {
    record SetUp(
        String state,
        @Nullable UUID methodId,
        @Nullable String code,
        @Nullable String message,
        @Nullable String url) {}
    SetUp setUp =
        handle
            .createQuery(
                "select state, method_id, code, message, url from @.method_set_up"
                    + " where customer_id = :c and id = :id")
            .bind("c", customerId)
            .bind("id", setUpId)
            .map(
                (row, context) ->
                    new SetUp(
                        row.getString(1),
                        row.getObject(2, UUID.class),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5)))
            .one();
    UUID methodId = setUp.methodId();
    if (methodId != null) {
      return handle
          .createQuery(
              "select "
                  + MethodBook.COLUMNS
                  + " from @.payment_method where customer_id = :c and id = :id")
          .bind("c", customerId)
          .bind("id", methodId)
          .map((row, context) -> MethodBook.method(row))
          .findOne()
          .map(AddMethodResult.Added::new);
    }
    String code = setUp.code();
    if (code != null) {
      return Optional.of(new AddMethodResult.Refused(code, String.valueOf(setUp.message())));
    }
    String url = setUp.url();
    return url == null ? Optional.empty() : Optional.of(new AddMethodResult.Redirect(setUpId, url));
  }

  /** How a set-up ends, or on what it waits. */
  private record SetUpEnd(
      String state,
      @Nullable String reference,
      @Nullable UUID methodId,
      @Nullable String code,
      @Nullable String message,
      @Nullable String url) {
    static SetUpEnd waiting(MethodSetUpResult.Redirect redirect) {
      return new SetUpEnd("WAITING", redirect.reference(), null, null, null, redirect.url());
    }

    static SetUpEnd refused(String code, String message) {
      return new SetUpEnd("REFUSED", null, null, code, message, null);
    }

    static SetUpEnd of(AddMethodResult result, String reference) {
      if (result instanceof AddMethodResult.Added added) {
        return new SetUpEnd("DONE", reference, added.method().id(), null, null, null);
      }
      AddMethodResult.Refused refused = (AddMethodResult.Refused) result;
      return new SetUpEnd("DONE", reference, null, refused.code(), refused.message(), null);
    }
  }

  private void endSetUp(UUID customerId, UUID setUpId, SetUpEnd end) {
    db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.method_set_up set state = :state, reference = :reference,"
                        + " method_id = cast(:method as uuid), code = :code, message = :message,"
                        + " url = :url where customer_id = :c and id = :id")
                .bind("state", end.state())
                .bind("reference", end.reference())
                .bind("method", end.methodId())
                .bind("code", end.code())
                .bind("message", end.message())
                .bind("url", end.url())
                .bind("c", customerId)
                .bind("id", setUpId)
                .execute());
  }

  /**
   * Asks the provider what became of cards that were to be entered on its page lately, for a
   * customer who is back sooner than the webhook.
   *
   * @return what came of each card that was entered, the newest first
   * @throws IllegalStateException inside a transaction: the provider is called
   */
  public List<AddMethodResult> lookUpSetUps(UUID customerId) {
    db.requireNoTransaction();
    record Waiting(UUID id, String provider, String reference) {}
    List<Waiting> waiting =
        db.tx(
            handle ->
                handle
                    .createQuery(
                        "select id, provider, reference from @.method_set_up where customer_id = :c"
                            + " and state = 'WAITING' and recorded_at > :since"
                            + " order by id desc limit "
                            + SET_UPS_MAX)
                    .bind("c", customerId)
                    .bind("since", now().minus(SET_UP_TIME))
                    .map(
                        (row, context) ->
                            new Waiting(
                                row.getObject("id", UUID.class),
                                row.getString("provider"),
                                row.getString("reference")))
                    .list());
    List<AddMethodResult> results = new ArrayList<>();
    for (Waiting one : waiting) {
      MethodSetUpResult result = providers.get(one.provider()).lookUpSetUp(one.reference());
      if (result instanceof MethodSetUpResult.Ready ready) {
        results.add(attach(customerId, one.id(), one.provider(), ready.details()));
      }
    }
    return results;
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

  /** Settles what is open for whom a card was set up; outside the transaction that stored it. */
  void settleWith(String provider, UUID setUpId) {
    db.tx(
            handle ->
                handle
                    .createQuery(
                        "select customer_id from @.method_set_up"
                            + " where id = :id and provider = :provider")
                    .bind("id", setUpId)
                    .bind("provider", provider)
                    .mapTo(UUID.class)
                    .findOne())
        .ifPresent(settlement::settle);
  }

  private AddMethodResult attach(
      UUID customerId, UUID setUpId, String provider, MethodDetails details) {
    AddMethodResult result =
        db.tx(
            handle -> {
              customers.lock(customerId);
              Optional<AddMethodResult> before = outcome(handle, customerId, setUpId);
              if (before.isPresent() && before.get() instanceof AddMethodResult.Added) {
                // The customer's browser and the provider's notice bring the same news.
                return before.get();
              }
              AddMethodResult stored = store(handle, customerId, provider, details);
              endSetUp(
                  customerId, setUpId, SetUpEnd.of(stored, details.reference().methodReference()));
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
    boolean exists = same.isPresent() && same.get().isUsableAt(clock.instant());
    if (same.isPresent() && !isSame(same.get().reference(), details.reference())) {
      // The provider has the card twice now, by two names, and one of them is of no use to us.
      detaching.record(
          handle, customerId, provider, exists ? details.reference() : same.get().reference());
    }
    if (exists) {
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
                + " expiry_year = :year, status = 'ACTIVE', disabled_code = null, warned_at = null,"
                + " renewed_at = :now")
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

  private static boolean isSame(MethodReference one, MethodReference other) {
    return one.methodReference().equals(other.methodReference());
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
   * Removes a card: it is not charged any more from now on, and the provider lets go of it soon.
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
          detaching.record(handle, customerId, method.provider(), method.reference());
        });
  }

  /** A card that is gone at the provider's, whatever depends on it. */
  void removedByProvider(String provider, String methodReference) {
    db.run(
        handle ->
            locked(handle, provider, methodReference)
                .ifPresent(method -> setRemoved(handle, method)));
  }

  /**
   * A card that its bank renewed. One that was disabled because it had expired, or under another
   * number, is charged again, and pays what is open.
   */
  void updatedByProvider(String provider, MethodDetails details) {
    db.run(
        handle -> {
          Optional<PaymentMethod> known =
              locked(handle, provider, details.reference().methodReference());
          if (known.isEmpty() || !update(handle, known.get(), details)) {
            return;
          }
          PaymentMethod before = known.get();
          PaymentMethod after = get(before.customerId(), before.id());
          events.append(
              new PaymentMethodUpdated(
                  after.customerId(), after.id(), after.label(), after.expiry().toString()));
          if (after.isUsableAt(clock.instant()) && !before.isUsableAt(clock.instant())) {
            settlement.settle(after.customerId());
          }
        });
  }

  /** False when nothing is new. */
  private boolean update(Handle handle, PaymentMethod method, MethodDetails details) {
    return handle
            .createUpdate(
                // Another card on file may have the new number: then this one keeps its old mark.
                "with known as (select m.*, (m.fingerprint <> :fingerprint and not exists"
                    + " (select 1 from @.payment_method o where o.customer_id = m.customer_id"
                    + "  and o.provider = m.provider and o.fingerprint = :fingerprint"
                    + "  and o.status <> 'REMOVED')) as renumbered from @.payment_method m"
                    + " where m.customer_id = :c and m.id = :id)"
                    + " update @.payment_method m set brand = :brand, last4 = :last4,"
                    + " expiry_month = :month, expiry_year = :year, warned_at = null,"
                    + " fingerprint = case when k.renumbered then :fingerprint"
                    + "  else k.fingerprint end,"
                    + " status = case when k.renumbered or k.disabled_code = 'expired_card'"
                    + "  then 'ACTIVE' else k.status end,"
                    + " disabled_code = case when k.renumbered or k.disabled_code = 'expired_card'"
                    + "  then null else k.disabled_code end,"
                    + " renewed_at = case when k.renumbered or k.disabled_code = 'expired_card'"
                    + "  then cast(:now as timestamptz) else k.renewed_at end"
                    + " from known k where m.customer_id = k.customer_id and m.id = k.id"
                    + " and (k.renumbered or (k.brand, k.last4, k.expiry_month, k.expiry_year)"
                    + "  is distinct from (:brand, :last4, :month, :year))")
            .bind("fingerprint", details.fingerprint())
            .bind("c", method.customerId())
            .bind("id", method.id())
            .bind("brand", details.brand())
            .bind("last4", details.last4())
            .bind("month", details.expiryMonth())
            .bind("year", details.expiryYear())
            .bind("now", now())
            .execute()
        == 1;
  }

  /** A card on file by the provider's name for it, once its customer is locked. */
  private Optional<PaymentMethod> locked(Handle handle, String provider, String methodReference) {
    Optional<UUID> owner =
        byReference(handle, provider, methodReference).map(PaymentMethod::customerId);
    owner.ifPresent(customers::lock);
    return owner.isEmpty() ? Optional.empty() : byReference(handle, provider, methodReference);
  }

  private static Optional<PaymentMethod> byReference(
      Handle handle, String provider, String methodReference) {
    return handle
        .createQuery(
            "select "
                + MethodBook.COLUMNS
                + " from @.payment_method where provider = :provider"
                + " and method_reference = :reference and status <> 'REMOVED'")
        .bind("provider", provider)
        .bind("reference", methodReference)
        .map((row, context) -> MethodBook.method(row))
        .findOne();
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

  static boolean owesAnything(Handle handle, UUID customerId) {
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
