package dev.innkeeper.stripe;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.stripe.model.BalanceTransaction;
import com.stripe.model.Dispute;
import com.stripe.model.PaymentIntent;
import com.stripe.model.PaymentMethod;
import com.stripe.model.Refund;
import com.stripe.model.SetupIntent;
import com.stripe.model.StripeCollection;
import com.stripe.model.Transfer;
import com.stripe.model.TransferReversal;
import com.stripe.model.checkout.Session;
import com.stripe.param.RefundListParams;
import com.stripe.param.SetupIntentRetrieveParams;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import dev.innkeeper.billing.payment.spi.ProviderNotice;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads webhooks. What an event says is old by the time it comes, and another may have come before
 * it: only its names are taken from it, and Stripe is asked how things are. When it can't be asked
 * the webhook is refused, and Stripe sends it again.
 */
final class Webhooks {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

  private final StripeCalls calls;
  private final StripeSettings settings;
  private final Ages ages;
  private final Charges charges;
  private final Pages pages;
  private final Outgoing outgoing;
  private final Signature signature;

  Webhooks(StripeProvider.Parts parts, Asked asked, Signature signature) {
    this.calls = parts.calls();
    this.settings = parts.settings();
    this.ages = parts.ages();
    this.charges = asked.charges();
    this.pages = asked.pages();
    this.outgoing = asked.outgoing();
    this.signature = signature;
  }

  /** Those who ask Stripe how things are. */
  record Asked(Charges charges, Pages pages, Outgoing outgoing) {}

  WebhookResult parse(Map<String, String> headers, byte[] rawBody) {
    try {
      String problem = signature.problem(headers.getOrDefault(Signature.HEADER, ""), rawBody);
      if (!problem.isEmpty()) {
        return new WebhookResult.Rejected(problem);
      }
      JsonObject event =
          JsonParser.parseString(new String(rawBody, StandardCharsets.UTF_8)).getAsJsonObject();
      boolean isLive = event.get("livemode").getAsBoolean();
      if (isLive != (settings.mode() == Mode.LIVE)) {
        return new WebhookResult.Rejected("it belongs to the other mode");
      }
      return new WebhookResult.Accepted(notices(event));
    } catch (CannotAsk e) {
      return new WebhookResult.Rejected("Stripe can't be asked now: " + e.detail);
    } catch (RuntimeException e) {
      LOG.warn("a webhook can't be read: {}", e.getClass().getSimpleName());
      return new WebhookResult.Rejected("it can't be read");
    }
  }

  /** Stripe can't be asked now. */
  private static final class CannotAsk extends RuntimeException {
    private final String detail;

    CannotAsk(String detail) {
      this.detail = detail;
    }
  }

  private List<ProviderNotice> notices(JsonObject event) {
    String eventId = event.get("id").getAsString();
    String type = event.get("type").getAsString();
    JsonObject object = event.getAsJsonObject("data").getAsJsonObject("object");
    String objectId = object.get("id").getAsString();
    List<ProviderNotice> notices =
        event.has("account") && !event.get("account").isJsonNull()
            ? List.of()
            : switch (type) {
              case "payment_intent.succeeded",
                  "payment_intent.payment_failed",
                  "payment_intent.canceled",
                  "payment_intent.requires_action",
                  "payment_intent.processing" ->
                  list(charge(eventId, objectId));
              case "checkout.session.completed", "checkout.session.expired" ->
                  list(session(eventId, objectId));
              case "setup_intent.succeeded" -> list(method(eventId, objectId));
              case "payment_method.automatically_updated" -> list(renewed(eventId, objectId));
              case "payment_method.detached" ->
                  List.of(new ProviderNotice.MethodRemoved(eventId, objectId));
              case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated" ->
                  list(refund(eventId, objectId));
              case "transfer.created" -> list(transfer(eventId, objectId));
              case "transfer.reversed" -> reversalsOf(eventId, objectId);
              // What Stripe keeps of a charge may be known only after it.
              case "charge.updated" -> list(charge(eventId, text(object, "payment_intent")));
              case "charge.refunded" -> refundsOf(eventId, text(object, "payment_intent"));
              case "charge.dispute.created",
                  "charge.dispute.updated",
                  "charge.dispute.closed",
                  "charge.dispute.funds_withdrawn",
                  "charge.dispute.funds_reinstated" ->
                  list(dispute(eventId, objectId));
              default -> List.of();
            };
    return notices.isEmpty() ? List.of(new ProviderNotice.Ignored(eventId)) : notices;
  }

  private @Nullable ProviderNotice charge(String eventId, @Nullable String intentId) {
    PaymentIntent intent =
        intentId == null ? null : now(charges.retrieve(intentId, ages.deadline()));
    UUID attempt = intent == null ? null : IntentState.attemptOf(intent.getMetadata());
    if (intent == null
        || attempt == null
        || !(IntentState.of(intent, settings.mode()) instanceof IntentState.Told told)) {
      return null;
    }
    boolean isOnPage = intent.getMetadata().containsKey(IntentState.PAGE);
    boolean isOver = told.result() instanceof ChargeResult.Succeeded;
    return isOnPage && !isOver
        ? null
        : new ProviderNotice.ChargeChanged(eventId, attempt, told.result());
  }

  private @Nullable ProviderNotice session(String eventId, String sessionId) {
    Session session =
        now(pages.retrieve(sessionId, "setup_intent.payment_method", ages.deadline()));
    if (session == null) {
      return null;
    }
    UUID setUp = IntentState.id(session.getMetadata(), Pages.SET_UP);
    if (setUp != null) {
      return Pages.details(session.getSetupIntentObject())
          .map(details -> new ProviderNotice.MethodAdded(eventId, setUp, details))
          .orElse(null);
    }
    UUID attempt = IntentState.attemptOf(session.getMetadata());
    if (attempt == null) {
      return null;
    }
    if ("expired".equals(session.getStatus())) {
      return new ProviderNotice.ChargeChanged(
          eventId, attempt, Declines.soft(sessionId, "page_expired"));
    }
    return charge(eventId, session.getPaymentIntent());
  }

  private @Nullable ProviderNotice method(String eventId, String intentId) {
    SetupIntent intent =
        now(
            calls.ask(
                ages.deadline(),
                (stripe, options) ->
                    stripe
                        .setupIntents()
                        .retrieve(
                            intentId,
                            SetupIntentRetrieveParams.builder().addExpand("payment_method").build(),
                            options)));
    UUID setUp = intent == null ? null : IntentState.id(intent.getMetadata(), Pages.SET_UP);
    return setUp == null
        ? null
        : Pages.details(intent)
            .map(details -> new ProviderNotice.MethodAdded(eventId, setUp, details))
            .orElse(null);
  }

  private @Nullable ProviderNotice renewed(String eventId, String methodId) {
    PaymentMethod method = now(pages.retrieveMethod(methodId, ages.deadline()));
    if (method == null) {
      return null;
    }
    return method.getCustomer() == null
        ? new ProviderNotice.MethodRemoved(eventId, methodId)
        : Pages.details(method, method.getCustomer())
            .map(details -> new ProviderNotice.MethodUpdated(eventId, details))
            .orElse(null);
  }

  private @Nullable ProviderNotice refund(String eventId, String refundId) {
    Refund refund =
        now(
            calls.ask(
                ages.deadline(),
                (stripe, options) -> stripe.refunds().retrieve(refundId, options)));
    return refund == null ? null : notice(eventId, refund);
  }

  private List<ProviderNotice> refundsOf(String eventId, @Nullable String intentId) {
    List<ProviderNotice> notices = new ArrayList<>();
    if (intentId != null) {
      RefundListParams params =
          RefundListParams.builder().setPaymentIntent(intentId).setLimit(100L).build();
      StripeCollection<Refund> refunds =
          now(
              calls.ask(
                  ages.deadline(), (stripe, options) -> stripe.refunds().list(params, options)));
      if (refunds != null) {
        for (Refund refund : refunds.getData()) {
          ProviderNotice notice = notice(eventId + ":" + refund.getId(), refund);
          if (notice != null) {
            notices.add(notice);
          }
        }
      }
    }
    return notices;
  }

  private static @Nullable ProviderNotice notice(String noticeId, Refund refund) {
    return refund.getPaymentIntent() == null
        ? null
        : new ProviderNotice.RefundChanged(
            noticeId,
            IntentState.id(refund.getMetadata(), Outgoing.REFUND),
            refund.getId(),
            refund.getPaymentIntent(),
            StripeCurrencies.amount(refund.getAmount(), refund.getCurrency()),
            Outgoing.state(refund));
  }

  private @Nullable ProviderNotice transfer(String eventId, String transferId) {
    Transfer transfer = now(retrieveTransfer(transferId));
    UUID id = transfer == null ? null : IntentState.id(transfer.getMetadata(), Outgoing.TRANSFER);
    return id == null
        ? null
        : new ProviderNotice.TransferChanged(eventId, id, new OutgoingResult.Succeeded(transferId));
  }

  private List<ProviderNotice> reversalsOf(String eventId, String transferId) {
    List<ProviderNotice> notices = new ArrayList<>();
    Transfer transfer = now(retrieveTransfer(transferId));
    UUID id = transfer == null ? null : IntentState.id(transfer.getMetadata(), Outgoing.TRANSFER);
    StripeCollection<TransferReversal> reversals =
        id == null ? null : now(outgoing.reversals(transferId));
    if (id != null && reversals != null) {
      for (TransferReversal reversal : reversals.getData()) {
        notices.add(
            new ProviderNotice.TransferReversed(
                eventId + ":" + reversal.getId(),
                id,
                transferId,
                reversal.getId(),
                StripeCurrencies.amount(reversal.getAmount(), reversal.getCurrency())));
      }
    }
    return notices;
  }

  private Reply<Transfer> retrieveTransfer(String id) {
    return calls.ask(
        ages.deadline(), (stripe, options) -> stripe.transfers().retrieve(id, options));
  }

  private @Nullable ProviderNotice dispute(String eventId, String disputeId) {
    Dispute dispute =
        now(
            calls.ask(
                ages.deadline(),
                (stripe, options) -> stripe.disputes().retrieve(disputeId, options)));
    if (dispute == null || dispute.getPaymentIntent() == null) {
      return null;
    }
    List<BalanceTransaction> moved = dispute.getBalanceTransactions();
    boolean anyMoved = moved != null && !moved.isEmpty();
    Optional<DisputeState> state =
        switch (String.valueOf(dispute.getStatus())) {
          case "won" -> Optional.of(DisputeState.WON);
          case "lost" -> Optional.of(DisputeState.LOST);
          // An inquiry moves nothing, whatever the event is called.
          case "needs_response", "under_review" -> Optional.of(DisputeState.OPENED);
          default -> Optional.empty();
        };
    if (state.isEmpty() || !anyMoved) {
      return null;
    }
    Amount amount = StripeCurrencies.amount(dispute.getAmount(), dispute.getCurrency());
    return new ProviderNotice.DisputeChanged(
        eventId, disputeId, dispute.getPaymentIntent(), state.get(), amount, fee(moved, amount));
  }

  private static Amount fee(List<BalanceTransaction> moved, Amount amount) {
    Amount fee = Amount.zero(amount.currency());
    for (BalanceTransaction one : moved) {
      if (StripeCurrencies.currency(one.getCurrency()).equals(amount.currency())) {
        fee = fee.plus(StripeCurrencies.amount(one.getFee(), one.getCurrency()));
      }
    }
    return fee;
  }

  /** The object as it is now; null when there is none of the name. */
  private static <T> @Nullable T now(Reply<T> reply) {
    if (reply instanceof Reply.Done<T> done) {
      return done.value();
    }
    if (reply instanceof Reply.Refused<T> refused && refused.status() == 404) {
      return null;
    }
    throw new CannotAsk(Charges.detail(reply));
  }

  private static List<ProviderNotice> list(@Nullable ProviderNotice notice) {
    return notice == null ? List.of() : List.of(notice);
  }

  private static @Nullable String text(JsonObject object, String name) {
    JsonElement element = object.get(name);
    return element == null || element.isJsonNull() ? null : element.getAsString();
  }
}
