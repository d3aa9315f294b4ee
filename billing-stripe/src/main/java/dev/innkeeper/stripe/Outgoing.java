package dev.innkeeper.stripe;

import com.stripe.model.PaymentIntent;
import com.stripe.model.Refund;
import com.stripe.model.StripeCollection;
import com.stripe.model.Transfer;
import com.stripe.model.TransferReversal;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.TransferCreateParams;
import com.stripe.param.TransferListParams;
import com.stripe.param.TransferReversalCreateParams;
import com.stripe.param.TransferReversalListParams;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.RefundRequest;
import dev.innkeeper.billing.payment.spi.ReversalRequest;
import dev.innkeeper.billing.payment.spi.TransferRequest;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Money on its way out. Nothing but the key keeps Stripe from sending twice, so after the day for
 * which Stripe keeps it nothing is sent again; and another key is taken only when Stripe failed
 * under the one before, has nothing of it in its list, and no request can be under way.
 */
final class Outgoing {
  static final String REFUND = "innkeeper_refund";
  static final String TRANSFER = "innkeeper_transfer";
  private static final String REVERSAL = "innkeeper_reversal";
  private static final int LOOK_THROUGH_MAX = 1_000;
  private static final OutgoingResult NOT_EXPRESSIBLE =
      new OutgoingResult.Refused("amount_not_sendable", "Stripe can't send this very amount");

  private final StripeCalls calls;
  private final Ages ages;
  private final Charges charges;

  Outgoing(StripeCalls calls, Ages ages, Charges charges) {
    this.calls = calls;
    this.ages = ages;
    this.charges = charges;
  }

  OutgoingResult refund(RefundRequest request) {
    Optional<Long> units = StripeCurrencies.units(request.amount());
    if (units.isEmpty()) {
      return NOT_EXPRESSIBLE;
    }
    Deadline deadline = ages.deadline();
    RefundCreateParams params =
        RefundCreateParams.builder()
            .setPaymentIntent(request.chargeReference())
            .setAmount(units.get())
            .putMetadata(REFUND, request.refundId().toString())
            .build();
    return send(
        request.firstCalledAt(),
        () -> lookUpRefund(request),
        number ->
            calls.act(
                StripeCalls.numbered(request.refundId().toString(), number),
                deadline,
                (stripe, options) -> stripe.refunds().create(params, options)),
        Outgoing::state);
  }

  OutgoingResult lookUpRefund(RefundRequest request) {
    RefundListParams params =
        RefundListParams.builder()
            .setPaymentIntent(request.chargeReference())
            .setLimit(100L)
            .build();
    Reply<StripeCollection<Refund>> reply =
        calls.ask(ages.deadline(), (stripe, options) -> stripe.refunds().list(params, options));
    return found(
        reply,
        REFUND,
        request.refundId(),
        request.firstCalledAt(),
        Refund::getMetadata,
        Outgoing::state);
  }

  /** What a refund has come to. */
  static OutgoingResult state(Refund refund) {
    return switch (String.valueOf(refund.getStatus())) {
      case "succeeded" -> new OutgoingResult.Succeeded(refund.getId());
      case "failed", "canceled" ->
          new OutgoingResult.Refused(
              refund.getFailureReason() == null ? refund.getStatus() : refund.getFailureReason(),
              "Stripe could not send the refund " + refund.getId());
      default -> new OutgoingResult.Unknown("the refund is " + refund.getStatus());
    };
  }

  OutgoingResult transfer(TransferRequest request) {
    Optional<Long> units = StripeCurrencies.units(request.amount());
    if (units.isEmpty()) {
      return NOT_EXPRESSIBLE;
    }
    Deadline deadline = ages.deadline();
    TransferCreateParams.Builder params =
        TransferCreateParams.builder()
            .setDestination(request.destination())
            .setAmount(units.get())
            .setCurrency(StripeCurrencies.code(request.amount().currency()))
            .setTransferGroup(request.transferId().toString())
            .putMetadata(TRANSFER, request.transferId().toString());
    String source = request.sourceCharge();
    if (source != null) {
      Reply<PaymentIntent> intent = charges.retrieve(source, deadline);
      String charge =
          intent instanceof Reply.Done<PaymentIntent> done ? done.value().getLatestCharge() : null;
      if (charge == null) {
        return intent instanceof Reply.Unclear<PaymentIntent> unclear
            ? new OutgoingResult.Unknown(unclear.detail())
            : new OutgoingResult.Refused("no_such_charge", "Stripe took no money by " + source);
      }
      params.setSourceTransaction(charge);
    }
    return send(
        request.firstCalledAt(),
        () -> lookUpTransfer(request),
        number ->
            calls.act(
                StripeCalls.numbered(request.transferId().toString(), number),
                deadline,
                (stripe, options) -> stripe.transfers().create(params.build(), options)),
        transfer -> new OutgoingResult.Succeeded(transfer.getId()));
  }

  OutgoingResult lookUpTransfer(TransferRequest request) {
    TransferListParams params =
        TransferListParams.builder()
            .setTransferGroup(request.transferId().toString())
            .setLimit(100L)
            .build();
    Reply<StripeCollection<Transfer>> reply =
        calls.ask(ages.deadline(), (stripe, options) -> stripe.transfers().list(params, options));
    return found(
        reply,
        TRANSFER,
        request.transferId(),
        request.firstCalledAt(),
        Transfer::getMetadata,
        transfer -> new OutgoingResult.Succeeded(transfer.getId()));
  }

  OutgoingResult reverse(ReversalRequest request) {
    Optional<Long> units = StripeCurrencies.units(request.amount());
    if (units.isEmpty()) {
      return NOT_EXPRESSIBLE;
    }
    TransferReversalCreateParams params =
        TransferReversalCreateParams.builder()
            .setAmount(units.get())
            .putMetadata(REVERSAL, request.reversalId().toString())
            .build();
    return send(
        request.firstCalledAt(),
        () -> lookUpReversal(request),
        number ->
            calls.act(
                StripeCalls.numbered(request.reversalId().toString(), number),
                ages.deadline(),
                (stripe, options) ->
                    stripe
                        .transfers()
                        .reversals()
                        .create(request.transferReference(), params, options)),
        reversal -> new OutgoingResult.Succeeded(reversal.getId()));
  }

  OutgoingResult lookUpReversal(ReversalRequest request) {
    return found(
        reversals(request.transferReference()),
        REVERSAL,
        request.reversalId(),
        request.firstCalledAt(),
        TransferReversal::getMetadata,
        reversal -> new OutgoingResult.Succeeded(reversal.getId()));
  }

  /** How often a transfer was taken back, in whole or in part. */
  Reply<StripeCollection<TransferReversal>> reversals(String transferReference) {
    TransferReversalListParams params = TransferReversalListParams.builder().setLimit(100L).build();
    return calls.ask(
        ages.deadline(),
        (stripe, options) ->
            stripe.transfers().reversals().list(transferReference, params, options));
  }

  private <T> OutgoingResult send(
      Instant firstCalledAt,
      Supplier<OutgoingResult> lookUp,
      IntFunction<Reply<T>> request,
      Function<T, OutgoingResult> state) {
    if (ages.isBeyondWindow(firstCalledAt)) {
      return lookUp.get();
    }
    Reply<T> reply = new Reply.Unclear<>("not asked", true);
    for (int n = 1; n <= StripeCalls.KEYS_MAX && StripeCalls.isSpent(reply); n++) {
      reply = request.apply(n);
      if (reply instanceof Reply.Done<T> done) {
        return state.apply(done.value());
      }
      if (reply instanceof Reply.Refused<T> refused) {
        // Anything but a withdrawn key is Stripe's last word.
        return refused.isOfKey()
            ? new OutgoingResult.Unknown(refused.code())
            : new OutgoingResult.Refused(refused.code(), "Stripe refused: " + refused.code());
      }
      OutgoingResult now = lookUp.get();
      // Absent is told only when no request can be under way.
      if (!(now instanceof OutgoingResult.Absent)) {
        return now;
      }
    }
    return new OutgoingResult.Unknown(Charges.detail(reply));
  }

  private <T extends com.stripe.model.HasId> OutgoingResult found(
      Reply<StripeCollection<T>> reply,
      String name,
      UUID id,
      Instant firstCalledAt,
      Function<T, @Nullable Map<String, String>> metadata,
      Function<T, OutgoingResult> state) {
    if (!(reply instanceof Reply.Done<StripeCollection<T>> done)
        || done.value().getData() == null) {
      return new OutgoingResult.Unknown(Charges.detail(reply));
    }
    int seen = 0;
    for (T object : done.value().getData()) {
      seen++;
      if (id.equals(IntentState.id(metadata.apply(object), name))) {
        return state.apply(object);
      }
    }
    return Boolean.TRUE.equals(done.value().getHasMore()) || seen > LOOK_THROUGH_MAX
        ? new OutgoingResult.Unknown("too many to look through")
        : ages.outgoingNotYet(firstCalledAt);
  }
}
