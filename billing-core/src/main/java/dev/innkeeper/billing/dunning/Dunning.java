package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.customer.Customers;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.dunning.GraceBook.Due;
import dev.innkeeper.billing.dunning.GraceBook.Grace;
import dev.innkeeper.billing.dunning.GraceBook.State;
import dev.innkeeper.billing.dunning.GracePolicy.Action;
import dev.innkeeper.billing.dunning.GracePolicy.Step;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.invoice.InvoiceCredited;
import dev.innkeeper.billing.invoice.InvoiceReopened;
import dev.innkeeper.billing.invoice.InvoiceUncollectible;
import dev.innkeeper.billing.invoice.InvoiceVoided;
import dev.innkeeper.billing.payment.MoneyListener;
import dev.innkeeper.billing.payment.PaymentCore;
import dev.innkeeper.billing.payment.Settlement;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import dev.innkeeper.billing.subscription.Subscriptions;
import dev.innkeeper.billing.work.DueWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries customers who don't pay through their grace: reminds, warns, suspends, terminates, as the
 * policy says; and ends it at once when nothing is due any more. Suspends only what unpaid invoices
 * are for, never while a payment is in flight or its outcome unknown, and tries to settle before
 * every step. Thread-safe.
 */
public final class Dunning implements MoneyListener, DueWork {
  /** Why a subscription is suspended when it is for want of payment. */
  public static final String UNPAID = "unpaid";

  private static final int CUSTOMERS_A_BATCH = 50;
  private static final int UPCOMING_MAX = 500;
  private static final Duration LEASE = Duration.ofMinutes(10);
  private static final Duration IN_FLIGHT_PAUSE = Duration.ofHours(1);
  private static final Duration LATENESS_TOLERATED = Duration.ofDays(1);
  private static final Logger LOG = LoggerFactory.getLogger(Dunning.class);

  private final Database db;
  private final EventLog events;
  private final Clock clock;
  private final Customers customers;
  private final Settlement settlement;
  private final Subscriptions subscriptions;
  private final GracePolicies policies;
  private final GraceBook book = new GraceBook();

  public Dunning(PaymentCore core, Settlement settlement, Subscriptions subscriptions) {
    this.db = core.db();
    this.events = core.events();
    this.clock = core.clock();
    this.customers = core.customers();
    this.settlement = settlement;
    this.subscriptions = subscriptions;
    this.policies = new GracePolicies(db, core.ids(), clock);
  }

  /** Which policy is for whom. */
  public GracePolicies policies() {
    return policies;
  }

  /** Where the customer stands; empty when nothing is due. */
  public Optional<GraceStatus> of(UUID customerId) {
    return db.tx(
        handle ->
            book.find(handle, customerId)
                .filter(grace -> grace.state() != State.WAITING)
                .map(grace -> status(handle, grace)));
  }

  /** Customers in grace with what comes next, soonest first, at most {@code limit} and 500. */
  public List<GraceStatus> upcoming(int limit) {
    return db.tx(
        handle ->
            book.upcoming(handle, Math.min(limit, UPCOMING_MAX)).stream()
                .map(grace -> status(handle, grace))
                .toList());
  }

  private GraceStatus status(Handle handle, Grace grace) {
    GracePolicy policy = policy(handle, grace);
    boolean over = grace.nextStep() >= policy.steps().size();
    Instant startedAt = grace.startedAt();
    return new GraceStatus(
        grace.customerId(),
        policy.name(),
        startedAt == null ? grace.baseAt() : startedAt,
        grace.suspended(),
        over ? null : policy.steps().get(grace.nextStep()).action(),
        grace.nextAt());
  }

  /**
   * Looks at customers anew whose invoices changed otherwise than by payment: voided, credited,
   * written off, open again.
   */
  public void reconsider(UUID customerId) {
    db.run(
        handle -> {
          customers.lock(customerId);
          moneyChanged(List.of(customerId));
        });
  }

  /** The hooks that make the engine reconsider customers by itself. */
  public List<EventHook> hooks() {
    return List.of(
        EventHook.on("dunning-voided", InvoiceVoided.class, e -> reconsider(e.customerId())),
        EventHook.on("dunning-credited", InvoiceCredited.class, e -> reconsider(e.customerId())),
        EventHook.on("dunning-reopened", InvoiceReopened.class, e -> reconsider(e.customerId())),
        EventHook.on(
            "dunning-uncollectible", InvoiceUncollectible.class, e -> reconsider(e.customerId())));
  }

  @Override
  public void moneyChanged(Collection<UUID> customerIds) {
    db.run(
        handle -> {
          Instant now = clock.instant();
          Map<UUID, Instant> firstDue = book.firstDue(handle, customerIds);
          Map<UUID, Grace> rows = book.of(handle, customerIds);
          List<UUID> free = new ArrayList<>();
          Map<UUID, Instant> waiting = new HashMap<>();
          for (UUID customerId : customerIds) {
            Grace grace = rows.get(customerId);
            Instant due = firstDue.get(customerId);
            if (grace != null && grace.state() != State.WAITING) {
              List<UUID> resumed = resumePaid(handle, grace, now);
              if (due == null || due.isAfter(now)) {
                events.append(new GraceEnded(customerId, resumed));
              }
            }
            if (due == null && grace != null) {
              free.add(customerId);
            } else if (due != null && mustWait(grace, due, now)) {
              waiting.put(customerId, due);
            }
          }
          book.remove(handle, free);
          book.await(handle, waiting);
        });
  }

  private static boolean mustWait(@Nullable Grace grace, Instant due, Instant now) {
    if (grace == null) {
      return true;
    }
    return grace.state() == State.WAITING ? !due.equals(grace.nextAt()) : due.isAfter(now);
  }

  /** Resumes what no unpaid invoice is for any more. */
  private List<UUID> resumePaid(Handle handle, Grace grace, Instant now) {
    List<UUID> resumed = new ArrayList<>();
    if (!grace.suspended()) {
      return resumed;
    }
    Due due = book.due(handle, grace.customerId(), now);
    for (Subscription subscription : subscriptions.list(grace.customerId())) {
      boolean forWantOfPayment =
          subscription.status() != SubscriptionStatus.ENDED
              && UNPAID.equals(subscription.suspendedReason());
      if (forWantOfPayment && !due.concerns(subscription.id())) {
        subscriptions.unsuspend(grace.customerId(), subscription.id());
        resumed.add(subscription.id());
      }
    }
    return resumed;
  }

  @Override
  public String name() {
    return "dunning";
  }

  @Override
  public int runBatch(Instant now) {
    db.requireNoTransaction();
    List<UUID> due = db.tx(handle -> book.claim(handle, now, CUSTOMERS_A_BATCH, LEASE));
    for (UUID customerId : due) {
      settlement.settle(customerId);
      db.run(
          handle -> {
            customers.lock(customerId);
            book.find(handle, customerId).ifPresent(grace -> advance(handle, grace, now));
          });
    }
    return due.size();
  }

  /** Does what is due of a customer's policy. */
  private void advance(Handle handle, Grace found, Instant now) {
    Instant nextAt = found.nextAt();
    if (nextAt == null || nextAt.isAfter(now)) {
      book.save(handle, found);
      return;
    }
    Due due = book.due(handle, found.customerId(), now);
    if (due.invoiceIds().isEmpty()) {
      moneyChanged(List.of(found.customerId()));
      return;
    }
    Grace grace = found.state() == State.WAITING ? start(handle, found, due, now) : found;
    GracePolicy policy = policy(handle, grace);
    while (grace.nextAt() != null && !grace.nextAt().isAfter(now)) {
      Step step = policy.steps().get(grace.nextStep());
      boolean drastic = step.action() == Action.SUSPEND || step.action() == Action.TERMINATE;
      if (drastic && book.isPaymentInFlight(handle, grace.customerId())) {
        grace = postponed(grace, now.plus(IN_FLIGHT_PAUSE));
      } else {
        carryOut(grace, policy, step, due, now);
        grace = next(grace, policy, step, now);
      }
    }
    book.save(handle, grace);
  }

  private Grace start(Handle handle, Grace waiting, Due due, Instant now) {
    String group = customers.get(waiting.customerId()).group();
    GracePolicies.Remembered policy = policies.of(handle, group);
    events.append(new GraceStarted(waiting.customerId(), policy.policy().name(), due.invoiceIds()));
    Instant base = baseOf(waiting.baseAt(), now, waiting.customerId());
    return new Grace(
        waiting.customerId(),
        State.RUNNING,
        policy.id(),
        base,
        0,
        base,
        false,
        base.plus(daysOf(policy.policy(), 0)));
  }

  /**
   * From when the next step's days count: when this one was planned, or now if it is done more than
   * a day late, because then nobody was reminded or warned meanwhile.
   */
  private static Instant baseOf(Instant planned, Instant now, UUID customerId) {
    Duration late = Duration.between(planned, now);
    if (late.compareTo(LATENESS_TOLERATED) <= 0) {
      return planned;
    }
    LOG.warn(
        "a step of the grace of customer {} comes {} hours late: was nobody doing due work?",
        customerId,
        late.toHours());
    return now;
  }

  private static Duration daysOf(GracePolicy policy, int step) {
    return Duration.ofDays(policy.steps().get(step).daysAfterPrevious());
  }

  private static Grace postponed(Grace grace, Instant until) {
    return new Grace(
        grace.customerId(),
        grace.state(),
        grace.policyId(),
        grace.startedAt(),
        grace.nextStep(),
        grace.baseAt(),
        grace.suspended(),
        until);
  }

  private static Grace next(Grace grace, GracePolicy policy, Step done, Instant now) {
    Instant planned = grace.baseAt().plus(daysOf(policy, grace.nextStep()));
    Instant base = baseOf(planned, now, grace.customerId());
    int step = grace.nextStep() + 1;
    boolean over = step >= policy.steps().size();
    return new Grace(
        grace.customerId(),
        over ? State.OVER : State.RUNNING,
        grace.policyId(),
        grace.startedAt(),
        step,
        base,
        grace.suspended() || done.action() == Action.SUSPEND,
        over ? null : base.plus(daysOf(policy, step)));
  }

  private void carryOut(Grace grace, GracePolicy policy, Step step, Due due, Instant now) {
    UUID customerId = grace.customerId();
    switch (step.action()) {
      case REMIND -> {
        int number = 1;
        for (Step before : policy.steps().subList(0, grace.nextStep())) {
          number += before.action() == Action.REMIND ? 1 : 0;
        }
        events.append(new GraceReminder(customerId, number, due.invoiceIds()));
      }
      case WARN -> warn(grace, policy, due, now);
      case SUSPEND -> {
        for (Subscription subscription : concerned(customerId, step, due)) {
          if (subscription.status() != SubscriptionStatus.ENDED) {
            subscriptions.suspend(customerId, subscription.id(), UNPAID);
          }
        }
      }
      case TERMINATE -> {
        List<UUID> terminated = new ArrayList<>();
        for (Subscription subscription : concerned(customerId, step, due)) {
          if (subscription.status() != SubscriptionStatus.ENDED) {
            subscriptions.cancel(customerId, subscription.id(), CancelAt.NOW);
            terminated.add(subscription.id());
          }
        }
        events.append(new AccountExpired(customerId, terminated));
      }
    }
  }

  /** Announces the next suspension or removal, and when it comes. */
  private void warn(Grace grace, GracePolicy policy, Due due, Instant now) {
    Instant at =
        baseOf(grace.baseAt().plus(daysOf(policy, grace.nextStep())), now, grace.customerId());
    for (int i = grace.nextStep() + 1; i < policy.steps().size(); i++) {
      at = at.plus(daysOf(policy, i));
      Action action = policy.steps().get(i).action();
      if (action == Action.SUSPEND) {
        events.append(new GraceEnding(grace.customerId(), at, due.invoiceIds()));
        return;
      }
      if (action == Action.TERMINATE) {
        events.append(new AccountExpiring(grace.customerId(), at, due.invoiceIds()));
        return;
      }
    }
  }

  private List<Subscription> concerned(UUID customerId, Step step, Due due) {
    return subscriptions.list(customerId).stream()
        .filter(s -> due.concerns(s.id()))
        .filter(s -> step.products().isEmpty() || step.products().contains(s.productCode()))
        .toList();
  }

  private GracePolicy policy(Handle handle, Grace grace) {
    UUID policyId = grace.policyId();
    return policyId == null ? GracePolicy.standard() : policies.byId(handle, policyId);
  }
}
