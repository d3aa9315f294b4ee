package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.payment.spi.ChargeJournal;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.PageChargeRequest;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.work.DueWork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks providers: for recorded attempts to charge, for attempts with an unknown end to tell. Never
 * inside a transaction. Every answer is booked in a transaction of its own.
 */
final class ChargeRunner implements DueWork {
  private static final int BATCH = 50;
  private static final int CHAIN_MAX = 200;

  /** A provider that hangs keeps the caller, and due work of other kinds, no longer than that. */
  private static final Duration TIME_MAX = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(ChargeRunner.class);

  private final Database db;
  private final Clock clock;
  private final Providers providers;
  private final PaymentBook book;
  private final ChargeOutcomes outcomes;

  ChargeRunner(PaymentCore core, Providers providers, PaymentBook book, ChargeOutcomes outcomes) {
    this.db = core.db();
    this.clock = core.clock();
    this.providers = providers;
    this.book = book;
    this.outcomes = outcomes;
  }

  /**
   * Charges for recorded attempts, and for those that follow from declines, until there are none or
   * the time is up: what is left is due. Inside a transaction it does nothing: due work will.
   */
  void run(Collection<Recorded> recorded) {
    if (!db.inTransaction()) {
      run(recorded, clock.instant().plus(TIME_MAX));
    }
  }

  private void run(Collection<Recorded> recorded, Instant end) {
    Deque<Recorded> queue = new ArrayDeque<>(recorded);
    for (int calls = 0; !queue.isEmpty() && calls < CHAIN_MAX && hasTimeUntil(end); calls++) {
      Recorded next = queue.removeFirst();
      queue.addAll(charge(outcomes.claim(next.customerId(), next.paymentId())));
    }
  }

  @Override
  public String name() {
    return "payments";
  }

  @Override
  public int runBatch(Instant now) {
    db.requireNoTransaction();
    Instant end = clock.instant().plus(TIME_MAX);
    int done = 0;
    while (done < BATCH && hasTimeUntil(end)) {
      // One at a time: what is not reached must not wait for the end of a lease.
      List<Payment> due = book.claimDue(now, 1);
      if (due.isEmpty()) {
        break;
      }
      run(resume(due.get(0)), end);
      done++;
    }
    return done;
  }

  private boolean hasTimeUntil(Instant end) {
    return clock.instant().isBefore(end);
  }

  /** Finds out what became of an attempt now, rather than when its time comes. */
  Payment refresh(UUID customerId, UUID paymentId) {
    Payment payment = book.find(customerId, paymentId).orElseThrow();
    boolean mayAsk =
        switch (payment.state()) {
          case UNKNOWN, ACTION_REQUIRED -> true;
          case CALLING -> !isBeingCalled(payment);
          case RECORDED, SUCCEEDED, DECLINED, CANCELLED -> false;
        };
    if (mayAsk) {
      run(lookUp(payment));
    }
    return book.find(customerId, paymentId).orElseThrow();
  }

  /** Whether somebody waits for the provider's answer: who does not know it yet would ask twice. */
  private boolean isBeingCalled(Payment payment) {
    Instant calledAt = payment.calledAt();
    return calledAt != null && clock.instant().isBefore(calledAt.plus(DueRows.LEASE));
  }

  /** Calls off an attempt that waits for its customer; gives what that makes necessary. */
  List<Recorded> callOff(Payment payment) {
    ChargeResult result = cancel(payment);
    if (result instanceof ChargeResult.Succeeded || result instanceof ChargeResult.Unknown) {
      return outcomes.apply(payment.customerId(), payment.id(), result);
    }
    return result instanceof ChargeResult.ActionRequired
        ? List.of()
        : outcomes.cancelled(payment.customerId(), payment.id(), "called off");
  }

  /** Calls off an attempt whose customer is about to pay in another way. */
  void giveUp(Payment payment) {
    ChargeResult result = cancel(payment);
    if (result instanceof ChargeResult.Succeeded || result instanceof ChargeResult.Unknown) {
      run(outcomes.apply(payment.customerId(), payment.id(), result));
    } else if (!(result instanceof ChargeResult.ActionRequired)) {
      outcomes.givenUp(payment.customerId(), payment.id(), "called off");
    }
  }

  private ChargeResult cancel(Payment payment) {
    return ask(
        payment,
        provider ->
            payment.isOnPage()
                ? provider.cancelPage(pageRequest(payment))
                : provider.cancel(request(payment)));
  }

  private List<Recorded> resume(Payment payment) {
    return switch (payment.state()) {
      // Nobody asked the provider: a claim comes before the call.
      case RECORDED -> List.of(new Recorded(payment.customerId(), payment.id()));
      case ACTION_REQUIRED -> {
        List<Recorded> next = lookUp(payment);
        Payment after = book.find(payment.customerId(), payment.id()).orElseThrow();
        yield after.state() == PaymentState.ACTION_REQUIRED ? callOff(after) : next;
      }
      case CALLING, UNKNOWN -> lookUp(payment);
      case SUCCEEDED, DECLINED, CANCELLED -> List.of();
    };
  }

  private List<Recorded> lookUp(Payment payment) {
    ChargeResult result =
        ask(
            payment,
            provider ->
                payment.isOnPage()
                    ? provider.lookUpPage(pageRequest(payment))
                    : provider.lookUp(request(payment)));
    if (result instanceof ChargeResult.Unknown && payment.state() == PaymentState.ACTION_REQUIRED) {
      // A look that failed is no news: the question, and its page, stay the customer's.
      return List.of();
    }
    if (!(result instanceof ChargeResult.Absent)) {
      return outcomes.apply(payment.customerId(), payment.id(), result);
    }
    PaymentProvider provider = providers.get(payment.provider());
    Instant now = clock.instant();
    Instant firstCalled = payment.calledAt() == null ? now : payment.calledAt();
    if (now.isBefore(firstCalled.plus(provider.idempotencyWindow()))) {
      return charge(outcomes.claimAgain(payment.customerId(), payment.id()));
    }
    // Too old to be asked for again: the same id might count as new.
    return outcomes.cancelled(payment.customerId(), payment.id(), "never reached the provider");
  }

  private List<Recorded> charge(ChargeOutcomes.Claim claim) {
    Payment payment = claim.payment();
    if (payment == null) {
      return claim.instead();
    }
    ChargeJournal journal =
        reference -> book.reference(payment.customerId(), payment.id(), reference);
    ChargeResult result =
        ask(
            payment,
            provider ->
                payment.isOnPage()
                    ? provider.chargeOnPage(pageRequest(payment), journal)
                    : provider.charge(request(payment), journal));
    return outcomes.apply(payment.customerId(), payment.id(), result);
  }

  private PageChargeRequest pageRequest(Payment payment) {
    return payment.pageRequest(clock.instant());
  }

  private ChargeRequest request(Payment payment) {
    return payment.request(clock.instant());
  }

  private ChargeResult ask(Payment payment, Function<PaymentProvider, ChargeResult> call) {
    db.requireNoTransaction();
    if (!providers.has(payment.provider())) {
      return new ChargeResult.Unknown(null, "the provider is not configured");
    }
    try {
      return call.apply(providers.get(payment.provider()));
    } catch (RuntimeException e) {
      LOG.warn("provider {} failed on payment {}", payment.provider(), payment.id(), e);
      return new ChargeResult.Unknown(null, e.getClass().getSimpleName());
    }
  }
}
