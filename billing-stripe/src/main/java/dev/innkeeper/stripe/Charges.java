package dev.innkeeper.stripe;

import com.stripe.model.PaymentIntent;
import com.stripe.model.StripeError;
import com.stripe.param.PaymentIntentCancelParams;
import com.stripe.param.PaymentIntentConfirmParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentRetrieveParams;
import dev.innkeeper.billing.payment.spi.ChargeJournal;
import dev.innkeeper.billing.payment.spi.ChargeRequest;
import dev.innkeeper.billing.payment.spi.ChargeRequest.Presence;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Charges cards in two steps: a PaymentIntent that is not confirmed, which moves nothing; then,
 * after its name is stored, its confirmation. One PaymentIntent succeeds at most once, so from then
 * on no repetition can take money twice.
 */
final class Charges {
  private final StripeCalls calls;
  private final StripeSettings settings;
  private final Ages ages;
  private final IntentFinder finder;
  private final Lanes lanes = new Lanes();

  Charges(StripeCalls calls, StripeSettings settings, Ages ages) {
    this.calls = calls;
    this.settings = settings;
    this.ages = ages;
    this.finder = new IntentFinder(calls);
  }

  ChargeResult charge(ChargeRequest request, ChargeJournal journal) {
    Deadline deadline = ages.deadline();
    if (ages.isBeyondWindow(request.firstCalledAt())) {
      return lookUp(request);
    }
    return lanes.through(
        request.customerId(),
        deadline,
        () -> inTurn(request, journal, deadline),
        () -> new ChargeResult.Unknown(request.reference(), "another call for the customer"));
  }

  private ChargeResult inTurn(ChargeRequest request, ChargeJournal journal, Deadline deadline) {
    String reference = request.reference();
    Reply<PaymentIntent> made =
        reference == null ? create(request, deadline) : retrieve(reference, deadline);
    if (made instanceof Reply.Refused<PaymentIntent> refused) {
      return refusal(request, refused);
    }
    if (!(made instanceof Reply.Done<PaymentIntent> done)) {
      return unknown(reference, made);
    }
    PaymentIntent intent = done.value();
    if (!isFor(request, intent)) {
      return new ChargeResult.Unknown(reference, "what Stripe holds is not what was asked for");
    }
    journal.reference(intent.getId());
    return goOn(request, intent, deadline);
  }

  private ChargeResult goOn(ChargeRequest request, PaymentIntent intent, Deadline deadline) {
    IntentState state = IntentState.of(intent, settings.mode());
    Presence presence = request.presence();
    for (int n = 1; n <= StripeCalls.KEYS_MAX && !(state instanceof IntentState.Told); n++) {
      if (state instanceof IntentState.NeedsCustomer) {
        presence = Presence.ON_SESSION;
      }
      Confirmed confirmed = confirm(request, intent.getId(), presence, n, deadline);
      state = confirmed.state();
      if (confirmed.isLost()) {
        break;
      }
    }
    return state instanceof IntentState.Told told
        ? told.result()
        : new ChargeResult.Unknown(intent.getId(), "not confirmed");
  }

  /** What came of confirming; lost when an answer is missing and a second one would not help. */
  private record Confirmed(IntentState state, boolean isLost) {}

  private Confirmed confirm(
      ChargeRequest request, String id, Presence presence, int number, Deadline deadline) {
    PaymentIntentConfirmParams.Builder params =
        PaymentIntentConfirmParams.builder()
            .setPaymentMethod(request.method().methodReference())
            .addExpand("latest_charge.balance_transaction");
    if (presence == Presence.OFF_SESSION) {
      params.setOffSession(true);
    } else {
      params.setReturnUrl(settings.returnUrl());
    }
    String step = presence == Presence.OFF_SESSION ? ":confirm" : ":ask";
    Reply<PaymentIntent> reply =
        calls.act(
            key(request, step, number),
            deadline,
            (stripe, options) -> stripe.paymentIntents().confirm(id, params.build(), options));
    if (reply instanceof Reply.Done<PaymentIntent> done) {
      return new Confirmed(IntentState.of(done.value(), settings.mode()), false);
    }
    if (reply instanceof Reply.Refused<PaymentIntent> refused) {
      return refused(id, refused, deadline);
    }
    // It may have been done: what it is now decides, and nothing else.
    Reply<PaymentIntent> now = retrieve(id, deadline);
    if (!(now instanceof Reply.Done<PaymentIntent> done)) {
      return new Confirmed(IntentState.unknown(id, detail(reply)), true);
    }
    IntentState state = IntentState.of(done.value(), settings.mode());
    boolean isOver = !(state instanceof IntentState.NotBegun);
    return isOver || StripeCalls.isSpent(reply)
        ? new Confirmed(state, false)
        : new Confirmed(IntentState.unknown(id, detail(reply)), true);
  }

  private Confirmed refused(String id, Reply.Refused<PaymentIntent> refused, Deadline deadline) {
    StripeError error = refused.error().getStripeError();
    if (Declines.asksCustomer(error)) {
      return new Confirmed(new IntentState.NeedsCustomer(), false);
    }
    if (refused.status() == 402 && error != null) {
      return new Confirmed(new IntentState.Told(Declines.of(id, error)), false);
    }
    if (isCardGone(refused)) {
      return new Confirmed(new IntentState.Told(Declines.soft(id, "card_gone")), false);
    }
    // Such as confirmed already, by a call whose answer was lost.
    Reply<PaymentIntent> now = retrieve(id, deadline);
    IntentState state =
        now instanceof Reply.Done<PaymentIntent> done
            ? IntentState.of(done.value(), settings.mode())
            : IntentState.unknown(id, refused.code());
    return new Confirmed(
        state instanceof IntentState.Told ? state : IntentState.unknown(id, refused.code()), true);
  }

  private Reply<PaymentIntent> create(ChargeRequest request, Deadline deadline) {
    Optional<Long> units = StripeCurrencies.units(request.amount());
    if (units.isEmpty()) {
      return new Reply.Refused<>(
          new com.stripe.exception.InvalidRequestException(
              "the amount can't be charged", null, null, "amount_not_chargeable", 400, null));
    }
    PaymentIntentCreateParams.Builder params =
        PaymentIntentCreateParams.builder()
            .setAmount(units.get())
            .setCurrency(StripeCurrencies.code(request.amount().currency()))
            .setPaymentMethod(request.method().methodReference())
            .addPaymentMethodType("card")
            // Not later, as Stripe would: so the answer has the fee.
            .setCaptureMethod(PaymentIntentCreateParams.CaptureMethod.AUTOMATIC)
            .setDescription(request.description())
            .putMetadata(IntentState.ATTEMPT, request.attemptId().toString())
            .putMetadata("innkeeper_customer", request.customerId().toString());
    String customer = request.method().customerReference();
    if (customer != null) {
      params.setCustomer(customer);
    }
    Reply<PaymentIntent> reply = new Reply.Unclear<>("not asked", true);
    for (int n = 1; n <= StripeCalls.KEYS_MAX; n++) {
      reply =
          calls.act(
              key(request, "", n),
              deadline,
              (stripe, options) -> stripe.paymentIntents().create(params.build(), options));
      if (!StripeCalls.isSpent(reply)) {
        return reply;
      }
      // Made all the same? Else a new one under a new key: what is not confirmed takes nothing.
      Reply<Optional<PaymentIntent>> found = finder.find(request.attemptId(), customer, deadline);
      if (!(found instanceof Reply.Done<Optional<PaymentIntent>> done)) {
        return reply;
      }
      if (done.value().isPresent()) {
        return new Reply.Done<>(done.value().get());
      }
    }
    return reply;
  }

  ChargeResult lookUp(ChargeRequest request) {
    Deadline deadline = ages.deadline();
    String reference = request.reference();
    Reply<Optional<PaymentIntent>> found =
        reference == null
            ? finder.find(request.attemptId(), request.method().customerReference(), deadline)
            : optional(retrieve(reference, deadline));
    if (!(found instanceof Reply.Done<Optional<PaymentIntent>> done)) {
      return unknown(reference, found);
    }
    if (done.value().isEmpty()) {
      return ages.notYet(request.firstCalledAt(), reference, "no trace of it yet");
    }
    PaymentIntent intent = done.value().get();
    if (!isFor(request, intent)) {
      return new ChargeResult.Unknown(reference, "what Stripe holds is not what was asked for");
    }
    return IntentState.of(intent, settings.mode()) instanceof IntentState.Told told
        ? told.result()
        : ages.notYet(request.firstCalledAt(), intent.getId(), "made, not confirmed");
  }

  ChargeResult cancel(ChargeRequest request) {
    Deadline deadline = ages.deadline();
    ChargeResult now = lookUp(request);
    String reference =
        now instanceof ChargeResult.ActionRequired action
            ? action.reference()
            : now instanceof ChargeResult.Unknown unknown ? unknown.reference() : null;
    if (reference == null) {
      return now;
    }
    Reply<PaymentIntent> reply =
        calls.actAnew(
            request.attemptId() + ":cancel",
            deadline,
            (stripe, options) ->
                stripe
                    .paymentIntents()
                    .cancel(
                        reference,
                        PaymentIntentCancelParams.builder()
                            .setCancellationReason(
                                PaymentIntentCancelParams.CancellationReason.ABANDONED)
                            .build(),
                        options));
    return reply instanceof Reply.Done<PaymentIntent> done
            && IntentState.of(done.value(), settings.mode()) instanceof IntentState.Told told
        ? told.result()
        : lookUp(request);
  }

  private ChargeResult refusal(ChargeRequest request, Reply.Refused<PaymentIntent> refused) {
    String reference = request.reference();
    if (reference == null && refused.status() == 402) {
      StripeError error = refused.error().getStripeError();
      return error == null ? Declines.soft(null, refused.code()) : Declines.of(null, error);
    }
    if (reference == null && isCardGone(refused)) {
      return Declines.soft(null, "card_gone");
    }
    return switch (reference == null ? refused.code() : "") {
      case "amount_not_chargeable", "amount_too_small", "amount_too_large" ->
          Declines.soft(null, "amount_not_chargeable");
      // A key that was withdrawn, say: nothing was done, but no card is to blame.
      default -> new ChargeResult.Unknown(reference, refused.code());
    };
  }

  /** The method was detached, or belongs to somebody else. */
  private static boolean isCardGone(Reply.Refused<?> refused) {
    StripeError error = refused.error().getStripeError();
    return error != null && refused.status() < 402 && "payment_method".equals(error.getParam());
  }

  private boolean isFor(ChargeRequest request, PaymentIntent intent) {
    String customer = request.method().customerReference();
    return (customer == null || customer.equals(intent.getCustomer()))
        && request.attemptId().equals(IntentState.attemptOf(intent.getMetadata()))
        && intent.getAmount() != null
        && StripeCurrencies.units(request.amount()).equals(Optional.of(intent.getAmount()))
        && StripeCurrencies.code(request.amount().currency()).equals(intent.getCurrency());
  }

  Reply<PaymentIntent> retrieve(String id, Deadline deadline) {
    return calls.ask(
        deadline,
        (stripe, options) ->
            stripe
                .paymentIntents()
                .retrieve(
                    id,
                    PaymentIntentRetrieveParams.builder()
                        .addExpand("latest_charge.balance_transaction")
                        .build(),
                    options));
  }

  private static Reply<Optional<PaymentIntent>> optional(Reply<PaymentIntent> reply) {
    if (reply instanceof Reply.Done<PaymentIntent> done) {
      return new Reply.Done<>(Optional.of(done.value()));
    }
    return new Reply.Unclear<>(detail(reply), false);
  }

  private static String key(ChargeRequest request, String step, int number) {
    return StripeCalls.numbered(request.attemptId() + step, number);
  }

  private static ChargeResult unknown(@Nullable String reference, Reply<?> reply) {
    return new ChargeResult.Unknown(reference, detail(reply));
  }

  static String detail(Reply<?> reply) {
    if (reply instanceof Reply.Refused<?> refused) {
      return refused.code();
    }
    return reply instanceof Reply.Unclear<?> unclear ? unclear.detail() : "done";
  }
}
