package dev.innkeeper.billing.subscription;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.catalog.BillingMode;
import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.CatalogSnapshot;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.catalog.Product;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.rating.Charge;
import dev.innkeeper.billing.rating.ChargeScope;
import dev.innkeeper.billing.time.BillingCalendar;
import dev.innkeeper.billing.time.Interval;
import dev.innkeeper.billing.work.DueWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Starts, changes and ends subscriptions. Changes take effect at once, at the whole second, and
 * never in the past. Every change but {@link #start} leads to a state and may be repeated: what is
 * so already stays so. Thread-safe.
 */
public final class Subscriptions {
  private static final int PAGE_MAX = 1000;
  private static final long QUANTITY_MAX = 1_000_000;
  private static final int METADATA_ENTRIES_MAX = 50;
  private static final int TEXT_LENGTH_MAX = 500;

  private final Database db;
  private final Commands commands;
  private final Customers customers;
  private final Catalog catalog;
  private final ChargeBook charges;
  private final EventLog events;
  private final SubscriptionStore store;
  private final PriceNotices notices;
  private final Ids ids;
  private final Clock clock;

  /** What subscriptions stand on. */
  public record Parts(
      Database db,
      Commands commands,
      Customers customers,
      Catalog catalog,
      ChargeBook charges,
      EventLog events,
      ObjectMapper json,
      Ids ids,
      Clock clock) {}

  public Subscriptions(Parts parts) {
    this.db = parts.db();
    this.commands = parts.commands();
    this.customers = parts.customers();
    this.catalog = parts.catalog();
    this.charges = parts.charges();
    this.events = parts.events();
    this.store = new SubscriptionStore(parts.json());
    this.notices = new PriceNotices(db, catalog, events);
    this.ids = parts.ids();
    this.clock = parts.clock();
  }

  /**
   * Starts a subscription now, at the price of now.
   *
   * @param idempotencyKey a repeat with the same key and content returns the first subscription
   * @throws NotFound when there is no such customer or product
   * @throws InvalidInput naming the field at fault
   * @throws NotAllowed when the product is retired, or has no price for these options and currency
   * @throws dev.innkeeper.billing.problem.Conflict when the key was used with other content
   */
  public Subscription start(NewSubscription wanted, String idempotencyKey) {
    validate(wanted);
    UUID id =
        commands.once(
            wanted.customerId(),
            "subscription.start:" + idempotencyKey,
            wanted,
            UUID.class,
            () -> db.tx(handle -> insert(handle, wanted)));
    return get(wanted.customerId(), id);
  }

  private UUID insert(Handle handle, NewSubscription wanted) {
    customers.lock(wanted.customerId());
    Customer customer = customers.get(wanted.customerId());
    Instant now = now();
    CatalogSnapshot snapshot = catalog.snapshot();
    Product product = sold(snapshot, wanted.productCode());
    Map<String, String> options = snapshot.complete(product, wanted.options());
    PriceVersion price = snapshot.priceFor(product.code(), options, wanted.currency(), now);
    Subscription subscription =
        new Subscription(
            ids.next(),
            wanted.customerId(),
            product.code(),
            options,
            wanted.quantity(),
            wanted.currency(),
            price.id(),
            SubscriptionStatus.ACTIVE,
            now,
            now.plus(price.trial()).truncatedTo(ChronoUnit.SECONDS),
            null,
            null,
            wanted.metadata());
    store.insert(handle, subscription);
    store.openPhase(handle, subscription, now);
    store.insertBilling(handle, subscription, price.billing() == BillingMode.PREPAID);
    becomeDue(handle, customer, subscription, price, now);
    events.append(
        new SubscriptionStarted(
            customer.id(), subscription.id(), product.code(), subscription.options()));
    notices.atSale(handle, subscription, customer.calendar(), now);
    return subscription.id();
  }

  /**
   * @throws NotFound when the customer has no such subscription
   */
  public Subscription get(UUID customerId, UUID id) {
    return db.tx(handle -> stored(handle, customerId, id).subscription());
  }

  /** The customer's subscriptions, ended ones too, in the order they were started. */
  public List<Subscription> list(UUID customerId) {
    return db.tx(handle -> store.list(handle, customerId));
  }

  /**
   * Everybody's subscriptions, ended ones too, a page at a time: for whoever has to compare them
   * all with something else.
   *
   * @param after the last one of the page before; null for the first page
   * @param limit 1 to 1000
   */
  public List<Subscription> page(@Nullable Subscription after, int limit) {
    if (limit < 1 || limit > PAGE_MAX) {
      throw new InvalidInput("limit", "must be from 1 to " + PAGE_MAX);
    }
    return db.tx(handle -> store.page(handle, after, limit));
  }

  /**
   * Moves a subscription to another product or other options, at the price of now. What was charged
   * in advance for the rest of the period is given back, to the second, and the new price charged.
   *
   * @param options those not given take the product's defaults
   * @throws NotAllowed when it has ended, or the product is retired, has no such price, or is
   *     billed prepaid where the old one is not
   */
  public Subscription changePlan(
      UUID customerId, UUID id, String productCode, Map<String, String> options) {
    return change(
        customerId,
        id,
        (handle, old) -> {
          Subscription s = old.subscription();
          CatalogSnapshot snapshot = catalog.snapshot();
          Product product = sold(snapshot, productCode);
          Map<String, String> complete = snapshot.complete(product, options);
          if (s.productCode().equals(productCode) && s.options().equals(complete)) {
            return old;
          }
          PriceVersion price = snapshot.priceFor(productCode, complete, s.currency(), now());
          requireSameWallet(snapshot.version(s.priceVersionId()), price);
          return with(
              old,
              copy(
                  s,
                  productCode,
                  complete,
                  s.quantity(),
                  price.id(),
                  s.status(),
                  s.suspendedReason()),
              old.paused());
        });
  }

  /**
   * @param quantity 1 to 1,000,000
   * @throws NotAllowed when it has ended
   */
  public Subscription changeQuantity(UUID customerId, UUID id, long quantity) {
    requireQuantity(quantity);
    return change(
        customerId,
        id,
        (handle, old) -> {
          Subscription s = old.subscription();
          return with(
              old,
              copy(
                  s,
                  s.productCode(),
                  s.options(),
                  quantity,
                  s.priceVersionId(),
                  s.status(),
                  s.suspendedReason()),
              old.paused());
        });
  }

  /** Stops charging at the customer's wish, until {@link #resume}. */
  public Subscription pause(UUID customerId, UUID id) {
    return change(customerId, id, (handle, old) -> paused(old, true));
  }

  /** Ends a pause. A suspended subscription stays suspended. */
  public Subscription resume(UUID customerId, UUID id) {
    return change(customerId, id, (handle, old) -> paused(old, false));
  }

  /**
   * Stops charging by decision of the house, until {@link #unsuspend}.
   *
   * @param reason for people, 1 to 500 characters; the first reason stays
   */
  public Subscription suspend(UUID customerId, UUID id, String reason) {
    if (reason.isBlank() || reason.length() > TEXT_LENGTH_MAX) {
      throw new InvalidInput("reason", "must have 1 to " + TEXT_LENGTH_MAX + " characters");
    }
    return change(
        customerId,
        id,
        (handle, old) ->
            old.subscription().suspendedReason() != null ? old : suspended(old, reason));
  }

  /** Suspends from the instant at which it could be paid no longer, which may just have passed. */
  void suspendFrom(UUID customerId, UUID id, String reason, Instant at) {
    Subscription unused =
        change(
            customerId,
            id,
            at,
            (handle, old) ->
                old.subscription().suspendedReason() != null ? old : suspended(old, reason));
  }

  /** Ends a suspension. A subscription paused by its customer stays paused. */
  public Subscription unsuspend(UUID customerId, UUID id) {
    return change(customerId, id, (handle, old) -> suspended(old, null));
  }

  /**
   * Ends a subscription. What it used until then is billed with the current period.
   *
   * @throws NotAllowed when it ended before
   */
  public Subscription cancel(UUID customerId, UUID id, CancelAt when) {
    return db.tx(
        handle -> {
          customers.lock(customerId);
          SubscriptionStore.Stored old = stored(handle, customerId, id);
          Subscription s = old.subscription();
          if (s.status() == SubscriptionStatus.ENDED) {
            return s;
          }
          Instant now = effective(handle, s, now());
          Instant end =
              when == CancelAt.NOW ? now : customers.get(customerId).calendar().periodAt(now).to();
          if (s.endedAt() != null && !end.isBefore(s.endedAt())) {
            end = s.endedAt();
          }
          store.setLastEnd(handle, s, end);
          boolean ended = !end.isAfter(now);
          if (catalog.snapshot().version(s.priceVersionId()).billing() == BillingMode.PREPAID) {
            store.burnAt(handle, customerId, now);
          }
          Subscription next = ending(s, end, ended ? SubscriptionStatus.ENDED : s.status());
          store.update(handle, new SubscriptionStore.Stored(next, old.paused()));
          if (ended) {
            events.append(new SubscriptionTerminated(customerId, id, s.productCode(), s.options()));
          }
          return next;
        });
  }

  /**
   * Takes back a cancellation whose end has not come.
   *
   * @throws NotAllowed when it has ended
   */
  public Subscription keep(UUID customerId, UUID id) {
    return db.tx(
        handle -> {
          customers.lock(customerId);
          SubscriptionStore.Stored old = running(handle, customerId, id);
          Subscription next = ending(old.subscription(), null, old.subscription().status());
          store.setLastEnd(handle, next, null);
          store.update(handle, new SubscriptionStore.Stored(next, old.paused()));
          return next;
        });
  }

  /**
   * How long each of the customer's subscriptions ran within a range, pauses and suspensions left
   * out; those that did not run then are absent. What runs now is counted to the end of the range
   * or now.
   */
  public Map<UUID, Duration> usedTime(UUID customerId, Interval range) {
    Instant until = range.to().isBefore(now()) ? range.to() : now();
    return until.isAfter(range.from())
        ? db.tx(handle -> store.usedTime(handle, customerId, new Interval(range.from(), until)))
        : Map.of();
  }

  /** {@link #usedTime(UUID, Interval)} of one subscription; zero when it did not run then. */
  public Duration usedTime(UUID customerId, UUID id, Interval range) {
    Subscription s = get(customerId, id);
    return usedTime(customerId, range).getOrDefault(s.id(), Duration.ZERO);
  }

  /**
   * What is to come for a customer: cost to the end of the billing period, the next invoice, and
   * when prepaid cash runs out.
   *
   * @throws NotFound when there is no such customer
   */
  public Forecast forecast(UUID customerId) {
    return db.tx(
        handle -> {
          Instant now = now();
          Instant periodEnd = customers.get(customerId).calendar().periodAt(now).to();
          Optional<Instant> nextInvoice = store.nextDue(handle, customerId);
          return new Forecast(
              periodEnd,
              sums(charges.forecast(customerId, now), periodEnd),
              sums(charges.forecast(customerId, periodEnd), periodEnd),
              nextInvoice.orElse(null),
              nextInvoice.map(at -> sums(invoiced(customerId, at), Instant.MAX)).orElse(List.of()),
              store.depletesAt(handle, customerId).orElse(null));
        });
  }

  /** By currency, the sum of charges for time that begins before an instant. */
  private static List<Amount> sums(List<Charge> charges, Instant before) {
    Map<Currency, Amount> sums = new TreeMap<>();
    for (Charge charge : charges) {
      if (charge.interval().from().isBefore(before)) {
        sums.merge(charge.amount().currency(), charge.amount(), Amount::plus);
      }
    }
    return List.copyOf(sums.values());
  }

  private List<Charge> invoiced(UUID customerId, Instant through) {
    return charges
        .peek(Map.of(customerId, through), ChargeScope.ALL)
        .charges()
        .getOrDefault(customerId, List.of());
  }

  /** What is done when time has come. */
  public List<DueWork> dueWork() {
    return List.of(new SubscriptionEnds(this), notices);
  }

  /** Marks the end of subscriptions whose agreed end has come; at most {@code limit}. */
  int endDue(Instant now, int limit) {
    return db.tx(
        handle -> {
          List<Subscription> ending = store.lockEnding(handle, now, limit);
          for (Subscription s : ending) {
            store.update(
                handle,
                new SubscriptionStore.Stored(
                    ending(s, s.endedAt(), SubscriptionStatus.ENDED), false));
          }
          events.append(
              ending.stream()
                  .map(
                      s ->
                          new SubscriptionTerminated(
                              s.customerId(), s.id(), s.productCode(), s.options()))
                  .toList());
          return ending.size();
        });
  }

  /** A change of a subscription's state within a transaction. */
  private interface Change {
    SubscriptionStore.Stored apply(Handle handle, SubscriptionStore.Stored old);
  }

  private Subscription change(UUID customerId, UUID id, Change change) {
    return change(customerId, id, now(), change);
  }

  private Subscription change(UUID customerId, UUID id, Instant at, Change change) {
    return db.tx(
        handle -> {
          customers.lock(customerId);
          SubscriptionStore.Stored old = renewed(handle, running(handle, customerId, id));
          SubscriptionStore.Stored next = change.apply(handle, old);
          if (next.equals(old)) {
            return old.subscription();
          }
          store.update(handle, next);
          Subscription s = next.subscription();
          if (changesPhase(old.subscription(), s)) {
            Instant effective = effective(handle, s, at);
            store.closePhase(handle, s, effective);
            store.openPhase(handle, s, effective);
            becomeDue(
                handle,
                customers.get(customerId),
                s,
                catalog.snapshot().version(s.priceVersionId()),
                now());
          }
          event(old.subscription(), s).ifPresent(e -> events.append(e));
          if (!s.priceVersionId().equals(old.subscription().priceVersionId())) {
            notices.atSale(handle, s, customers.get(customerId).calendar(), now());
          }
          return s;
        });
  }

  /** With the price that holds now: a raise may have moved it since its last change. */
  private SubscriptionStore.Stored renewed(Handle handle, SubscriptionStore.Stored old) {
    Subscription s = old.subscription();
    Instant periodStart = customers.get(s.customerId()).calendar().periodAt(now()).from();
    if (!store.lastPhaseStart(handle, s).isBefore(periodStart)) {
      return old;
    }
    UUID held = catalog.snapshot().renewed(s.priceVersionId(), periodStart).id();
    return new SubscriptionStore.Stored(
        copy(s, s.productCode(), s.options(), s.quantity(), held, s.status(), s.suspendedReason()),
        old.paused());
  }

  private static boolean changesPhase(Subscription old, Subscription next) {
    return old.status() != next.status()
        || old.quantity() != next.quantity()
        || !old.priceVersionId().equals(next.priceVersionId())
        || !old.productCode().equals(next.productCode())
        || !old.options().equals(next.options());
  }

  private static Optional<BillingEvent> event(Subscription old, Subscription s) {
    UUID customer = s.customerId();
    if (old.status() == s.status()) {
      return changesPhase(old, s)
          ? Optional.of(new SubscriptionChanged(customer, s.id(), s.productCode(), s.options()))
          : Optional.empty();
    }
    return Optional.of(
        switch (s.status()) {
          case ACTIVE -> new SubscriptionResumed(customer, s.id(), s.productCode(), s.options());
          case PAUSED -> new SubscriptionPaused(customer, s.id(), s.productCode(), s.options());
          case SUSPENDED ->
              new SubscriptionSuspended(customer, s.id(), s.productCode(), s.options());
          case ENDED -> new SubscriptionTerminated(customer, s.id(), s.productCode(), s.options());
        });
  }

  /**
   * Lets the billing run know. In advance: at once when there is something to charge, after the
   * trial when there is one; otherwise with the end of the period.
   */
  private void becomeDue(
      Handle handle, Customer customer, Subscription s, PriceVersion price, Instant now) {
    if (price.billing() == BillingMode.PREPAID) {
      store.burnAt(handle, customer.id(), now);
      return;
    }
    BillingCalendar calendar = customer.calendar();
    Instant due = calendar.periodAt(now).to();
    if (price.billing() == BillingMode.IN_ADVANCE && s.status() == SubscriptionStatus.ACTIVE) {
      if (s.trialEnd().isAfter(now)) {
        due = s.trialEnd().isBefore(due) ? s.trialEnd() : due;
      } else if (owesInAdvance(customer.id(), now)) {
        due = now;
      }
    }
    store.dueAt(handle, customer.id(), due, BillingRows.dueIndex(calendar, due));
  }

  private boolean owesInAdvance(UUID customerId, Instant now) {
    Taken due = charges.peek(Map.of(customerId, now), ChargeScope.ADVANCE_ONLY);
    return due.charges().getOrDefault(customerId, List.of()).stream()
            .mapToLong(c -> c.amount().minorUnits())
            .sum()
        > 0;
  }

  /** Now, or the moment of the last change should the clock have gone back since. */
  private Instant effective(Handle handle, Subscription s, Instant at) {
    Instant last = store.lastPhaseStart(handle, s);
    return at.isBefore(last) ? last : at;
  }

  private SubscriptionStore.Stored running(Handle handle, UUID customerId, UUID id) {
    SubscriptionStore.Stored stored = stored(handle, customerId, id);
    Subscription s = stored.subscription();
    if (s.status() == SubscriptionStatus.ENDED
        || (s.endedAt() != null && !s.endedAt().isAfter(now()))) {
      throw new NotAllowed(
          "subscription-ended", "subscription " + id + " has ended; start a new one");
    }
    return stored;
  }

  private SubscriptionStore.Stored stored(Handle handle, UUID customerId, UUID id) {
    return store
        .find(handle, customerId, id)
        .orElseThrow(() -> new NotFound("subscription", id.toString()));
  }

  private static SubscriptionStore.Stored paused(SubscriptionStore.Stored old, boolean paused) {
    Subscription s = old.subscription();
    return with(old, status(s, s.suspendedReason(), paused), paused);
  }

  private static SubscriptionStore.Stored suspended(
      SubscriptionStore.Stored old, @Nullable String reason) {
    return with(old, status(old.subscription(), reason, old.paused()), old.paused());
  }

  private static Subscription status(Subscription s, @Nullable String reason, boolean paused) {
    SubscriptionStatus status =
        reason != null
            ? SubscriptionStatus.SUSPENDED
            : paused ? SubscriptionStatus.PAUSED : SubscriptionStatus.ACTIVE;
    return copy(s, s.productCode(), s.options(), s.quantity(), s.priceVersionId(), status, reason);
  }

  private static SubscriptionStore.Stored with(
      SubscriptionStore.Stored old, Subscription next, boolean paused) {
    return next.equals(old.subscription()) && paused == old.paused()
        ? old
        : new SubscriptionStore.Stored(next, paused);
  }

  private static Subscription copy(
      Subscription s,
      String productCode,
      Map<String, String> options,
      long quantity,
      UUID priceVersionId,
      SubscriptionStatus status,
      @Nullable String suspendedReason) {
    return new Subscription(
        s.id(),
        s.customerId(),
        productCode,
        options,
        quantity,
        s.currency(),
        priceVersionId,
        status,
        s.startedAt(),
        s.trialEnd(),
        s.endedAt(),
        suspendedReason,
        s.metadata());
  }

  private static Subscription ending(
      Subscription s, @Nullable Instant end, SubscriptionStatus status) {
    return new Subscription(
        s.id(),
        s.customerId(),
        s.productCode(),
        s.options(),
        s.quantity(),
        s.currency(),
        s.priceVersionId(),
        status,
        s.startedAt(),
        s.trialEnd(),
        end,
        s.suspendedReason(),
        s.metadata());
  }

  private static Product sold(CatalogSnapshot snapshot, String productCode) {
    Product product = snapshot.product(productCode);
    if (product.retired()) {
      throw new NotAllowed("product-retired", productCode + " is no longer sold");
    }
    return product;
  }

  private static void requireSameWallet(PriceVersion old, PriceVersion next) {
    if ((old.billing() == BillingMode.PREPAID) != (next.billing() == BillingMode.PREPAID)) {
      throw new NotAllowed(
          "billing-mode-differs",
          "one of the two is drawn from prepaid cash and the other invoiced: cancel, and start anew");
    }
  }

  private static void validate(NewSubscription wanted) {
    requireQuantity(wanted.quantity());
    if (wanted.metadata().size() > METADATA_ENTRIES_MAX) {
      throw new InvalidInput("metadata", "has more than " + METADATA_ENTRIES_MAX + " keys");
    }
    wanted
        .metadata()
        .forEach(
            (key, value) -> {
              if (key.length() > TEXT_LENGTH_MAX || value.length() > TEXT_LENGTH_MAX) {
                throw new InvalidInput("metadata", "is longer than " + TEXT_LENGTH_MAX);
              }
            });
  }

  private static void requireQuantity(long quantity) {
    if (quantity < 1 || quantity > QUANTITY_MAX) {
      throw new InvalidInput("quantity", "must be 1 to 1,000,000");
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }
}
