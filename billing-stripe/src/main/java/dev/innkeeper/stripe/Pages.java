package dev.innkeeper.stripe;

import com.stripe.model.Customer;
import com.stripe.model.PaymentIntent;
import com.stripe.model.PaymentMethod;
import com.stripe.model.SetupIntent;
import com.stripe.model.StripeCollection;
import com.stripe.model.checkout.Session;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.PaymentMethodDetachParams;
import com.stripe.param.PaymentMethodRetrieveParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionExpireParams;
import com.stripe.param.checkout.SessionListParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import dev.innkeeper.billing.payment.spi.ChargeJournal;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.DetachResult;
import dev.innkeeper.billing.payment.spi.MethodDetails;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.MethodSetUpRequest;
import dev.innkeeper.billing.payment.spi.MethodSetUpResult;
import dev.innkeeper.billing.payment.spi.PageChargeRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stripe's own pages: where cards are entered, and where customers pay once. */
final class Pages {
  static final String SET_UP = "innkeeper_set_up";

  /** How Stripe's names of customers begin. */
  private static final String CUSTOMER = "cus_";

  private static final int LIST_PAGES_MAX = 10;
  private static final MethodSetUpResult.Refused UNREACHABLE =
      new MethodSetUpResult.Refused(
          "provider_unreachable", "Stripe does not answer now. Try again in a minute.");

  private final StripeCalls calls;
  private final StripeSettings settings;
  private final Ages ages;
  private final Charges charges;

  Pages(StripeCalls calls, StripeSettings settings, Ages ages, Charges charges) {
    this.calls = calls;
    this.settings = settings;
    this.ages = ages;
    this.charges = charges;
  }

  // --- cards ------------------------------------------------------------------------------------

  MethodSetUpResult setUp(MethodSetUpRequest request) {
    if (request.token() != null) {
      return new MethodSetUpResult.Refused(
          "page_only", "Cards are entered on Stripe's page, and nowhere else.");
    }
    Deadline deadline = ages.deadline();
    String customer = customer(request.customerId(), request.customerReference(), deadline);
    if (customer == null) {
      return UNREACHABLE;
    }
    String returnUrl = request.returnUrl() == null ? settings.returnUrl() : request.returnUrl();
    String id = request.setUpId().toString();
    SessionCreateParams params =
        SessionCreateParams.builder()
            .setMode(SessionCreateParams.Mode.SETUP)
            .setCustomer(customer)
            .addPaymentMethodType(SessionCreateParams.PaymentMethodType.CARD)
            .setClientReferenceId(id)
            .putMetadata(SET_UP, id)
            .setSetupIntentData(
                SessionCreateParams.SetupIntentData.builder().putMetadata(SET_UP, id).build())
            .setSuccessUrl(returnUrl)
            .setCancelUrl(returnUrl)
            .build();
    Reply<Session> reply =
        calls.actAnew(
            id,
            deadline,
            (stripe, options) -> stripe.checkout().sessions().create(params, options));
    if (reply instanceof Reply.Done<Session> done && done.value().getUrl() != null) {
      return new MethodSetUpResult.Redirect(done.value().getId(), done.value().getUrl());
    }
    return UNREACHABLE;
  }

  MethodSetUpResult lookUpSetUp(String reference) {
    Reply<Session> reply = retrieve(reference, "setup_intent.payment_method", ages.deadline());
    if (!(reply instanceof Reply.Done<Session> done)) {
      return UNREACHABLE;
    }
    Session session = done.value();
    Optional<MethodDetails> details = details(session.getSetupIntentObject());
    if (details.isPresent()) {
      return new MethodSetUpResult.Ready(details.get());
    }
    if ("open".equals(session.getStatus()) && session.getUrl() != null) {
      return new MethodSetUpResult.Redirect(session.getId(), session.getUrl());
    }
    return new MethodSetUpResult.Refused("page_expired", "No card was entered. Start again.");
  }

  /** The card of a SetupIntent that has succeeded. */
  static Optional<MethodDetails> details(@Nullable SetupIntent intent) {
    PaymentMethod method = intent == null ? null : intent.getPaymentMethodObject();
    return intent == null || method == null || !"succeeded".equals(intent.getStatus())
        ? Optional.empty()
        : details(method, intent.getCustomer());
  }

  /** A method that is a card. */
  static Optional<MethodDetails> details(PaymentMethod method, @Nullable String customer) {
    PaymentMethod.Card card = method.getCard();
    if (card == null) {
      return Optional.empty();
    }
    return Optional.of(
        new MethodDetails(
            new MethodReference(method.getId(), customer),
            card.getFingerprint() == null ? method.getId() : card.getFingerprint(),
            card.getBrand(),
            card.getLast4(),
            card.getExpMonth().intValue(),
            card.getExpYear().intValue()));
  }

  DetachResult detach(MethodReference reference) {
    Deadline deadline = ages.deadline();
    String id = reference.methodReference();
    Reply<PaymentMethod> reply =
        calls.actAnew(
            "detach:" + id,
            deadline,
            (stripe, options) ->
                stripe
                    .paymentMethods()
                    .detach(id, PaymentMethodDetachParams.builder().build(), options));
    // Refused when it was detached before, unclear when the answer was lost: how it is decides.
    Reply<PaymentMethod> now =
        reply instanceof Reply.Done<PaymentMethod> ? reply : retrieveMethod(id, deadline);
    boolean gone =
        now instanceof Reply.Done<PaymentMethod> done
            ? id.equals(done.value().getId()) && done.value().getCustomer() == null
            : now instanceof Reply.Refused<PaymentMethod> refused && refused.status() == 404;
    return gone
        ? new DetachResult.Detached()
        : new DetachResult.NotYet(
            now instanceof Reply.Done<PaymentMethod>
                ? "it is still attached: " + Charges.detail(reply)
                : Charges.detail(now));
  }

  Reply<PaymentMethod> retrieveMethod(String id, Deadline deadline) {
    return calls.ask(
        deadline,
        (stripe, options) ->
            stripe
                .paymentMethods()
                .retrieve(id, PaymentMethodRetrieveParams.builder().build(), options));
  }

  /** Stripe's name of the customer; null when it can't be told now. */
  private @Nullable String customer(UUID customerId, @Nullable String known, Deadline deadline) {
    if (known != null) {
      return known;
    }
    // Asked again after a day it makes a second one, which holds nothing: no harm.
    Reply<Customer> reply =
        calls.actAnew(
            "customer:" + customerId,
            deadline,
            (stripe, options) ->
                stripe
                    .customers()
                    .create(
                        CustomerCreateParams.builder()
                            .putMetadata("innkeeper_customer", customerId.toString())
                            .build(),
                        options));
    return reply instanceof Reply.Done<Customer> done ? done.value().getId() : null;
  }

  // --- payments ---------------------------------------------------------------------------------

  ChargeResult charge(PageChargeRequest request, ChargeJournal journal) {
    Deadline deadline = ages.deadline();
    if (pageOf(request) != null || ages.isBeyondWindow(request.firstCalledAt())) {
      return lookUp(request);
    }
    Optional<Long> units = StripeCurrencies.units(request.amount());
    if (units.isEmpty()) {
      return Declines.soft(null, "amount_not_chargeable");
    }
    String customer = customerOf(request);
    if (customer == null) {
      customer = customer(request.customerId(), null, deadline);
      if (customer == null) {
        return new ChargeResult.Unknown(null, "no customer at Stripe yet");
      }
      // Stored before a page is asked for: the page is then found among the customer's few, and not
      // among everybody's.
      journal.reference(customer);
    }
    Reply<Session> reply = create(request, units.get(), customer, deadline);
    if (reply instanceof Reply.Done<Session> done && done.value().getId() != null) {
      journal.reference(done.value().getId());
      return read(request, done.value(), deadline);
    }
    return reply instanceof Reply.Refused<Session> refused && !refused.isOfKey()
        ? Declines.soft(null, refused.code())
        : new ChargeResult.Unknown(null, Charges.detail(reply));
  }

  /** Stripe's name of the page; null when none is known. */
  private static @Nullable String pageOf(PageChargeRequest request) {
    String reference = request.reference();
    return reference == null || reference.startsWith(CUSTOMER) ? null : reference;
  }

  /** Whom the page is for at Stripe; null when no page was ever asked for. */
  private static @Nullable String customerOf(PageChargeRequest request) {
    String reference = request.reference();
    return reference != null && reference.startsWith(CUSTOMER)
        ? reference
        : request.customerReference();
  }

  /**
   * Opens one page for the attempt. Under another key only when Stripe failed under the one before,
   * has no page of the attempt in its list, and no request can be under way: two pages could both
   * be paid.
   */
  private Reply<Session> create(
      PageChargeRequest request, long units, String customer, Deadline deadline) {
    SessionCreateParams params = params(request, units, customer);
    Reply<Session> reply = new Reply.Unclear<>("not asked", true);
    for (int n = 1; n <= StripeCalls.KEYS_MAX && StripeCalls.isSpent(reply); n++) {
      reply =
          calls.act(
              StripeCalls.numbered(request.attemptId().toString(), n),
              deadline,
              (stripe, options) -> stripe.checkout().sessions().create(params, options));
      if (StripeCalls.isSpent(reply)) {
        Reply<Optional<Session>> found = find(request, customer, deadline);
        if (found instanceof Reply.Done<Optional<Session>> done && done.value().isPresent()) {
          return new Reply.Done<>(done.value().get());
        }
        if (!(found instanceof Reply.Done<Optional<Session>>)
            || ages.isYoung(request.firstCalledAt())) {
          return reply;
        }
      }
    }
    return reply;
  }

  private static SessionCreateParams params(
      PageChargeRequest request, long units, String customer) {
    String id = request.attemptId().toString();
    SessionCreateParams.LineItem.PriceData price =
        SessionCreateParams.LineItem.PriceData.builder()
            .setCurrency(StripeCurrencies.code(request.amount().currency()))
            .setUnitAmount(units)
            .setProductData(
                SessionCreateParams.LineItem.PriceData.ProductData.builder()
                    .setName(request.description())
                    .build())
            .build();
    return SessionCreateParams.builder()
        .setMode(SessionCreateParams.Mode.PAYMENT)
        .setCustomer(customer)
        .addPaymentMethodType(SessionCreateParams.PaymentMethodType.CARD)
        .setClientReferenceId(id)
        .putMetadata(IntentState.ATTEMPT, id)
        .addLineItem(
            SessionCreateParams.LineItem.builder().setQuantity(1L).setPriceData(price).build())
        .setPaymentIntentData(
            SessionCreateParams.PaymentIntentData.builder()
                .setDescription(request.description())
                .setCaptureMethod(SessionCreateParams.PaymentIntentData.CaptureMethod.AUTOMATIC)
                .putMetadata(IntentState.ATTEMPT, id)
                .putMetadata(IntentState.PAGE, "yes")
                .build())
        .setSuccessUrl(request.returnUrl())
        .setCancelUrl(request.returnUrl())
        .build();
  }

  ChargeResult lookUp(PageChargeRequest request) {
    Deadline deadline = ages.deadline();
    String page = pageOf(request);
    Reply<Optional<Session>> found =
        page == null
            ? find(request, customerOf(request), deadline)
            : optional(retrieve(page, null, deadline));
    if (!(found instanceof Reply.Done<Optional<Session>> done)) {
      return new ChargeResult.Unknown(page, Charges.detail(found));
    }
    return done.value().isPresent()
        ? read(request, done.value().get(), deadline)
        : ages.notYet(request.firstCalledAt(), null, "no trace of it yet");
  }

  ChargeResult cancel(PageChargeRequest request) {
    ChargeResult now = lookUp(request);
    if (!(now instanceof ChargeResult.ActionRequired waiting)) {
      return now;
    }
    Reply<Session> reply =
        calls.actAnew(
            request.attemptId() + ":expire",
            ages.deadline(),
            (stripe, options) ->
                stripe
                    .checkout()
                    .sessions()
                    .expire(waiting.reference(), SessionExpireParams.builder().build(), options));
    return reply instanceof Reply.Done<Session> done
        ? read(request, done.value(), ages.deadline())
        : lookUp(request);
  }

  private ChargeResult read(PageChargeRequest request, Session session, Deadline deadline) {
    String id = session.getId();
    if (!request.attemptId().equals(IntentState.attemptOf(session.getMetadata()))) {
      return new ChargeResult.Unknown(request.reference(), "another attempt's page");
    }
    String intent = session.getPaymentIntent();
    return switch (String.valueOf(session.getStatus())) {
      case "open" ->
          session.getUrl() == null
              ? new ChargeResult.Unknown(id, "a page without an address")
              : new ChargeResult.ActionRequired(id, session.getUrl());
      case "expired" -> Declines.soft(id, "page_expired");
      case "complete" ->
          intent == null
              ? new ChargeResult.Unknown(id, "paid by nothing")
              : paid(id, intent, deadline);
      default -> new ChargeResult.Unknown(id, "the page is " + session.getStatus());
    };
  }

  private ChargeResult paid(String session, String intent, Deadline deadline) {
    Reply<PaymentIntent> reply = charges.retrieve(intent, deadline);
    return reply instanceof Reply.Done<PaymentIntent> done
            && IntentState.of(done.value(), settings.mode()) instanceof IntentState.Told told
            && told.result() instanceof ChargeResult.Succeeded succeeded
        ? succeeded
        : new ChargeResult.Unknown(session, "the page is complete, the payment not yet");
  }

  /** The attempt's page among the customer's; none where nobody got as far as to ask for one. */
  private Reply<Optional<Session>> find(
      PageChargeRequest request, @Nullable String customer, Deadline deadline) {
    if (customer == null) {
      return new Reply.Done<>(Optional.empty());
    }
    String id = request.attemptId().toString();
    String after = null;
    for (int page = 0; page < LIST_PAGES_MAX; page++) {
      SessionListParams.Builder params =
          SessionListParams.builder().setLimit(100L).setCustomer(customer);
      if (after != null) {
        params.setStartingAfter(after);
      }
      Reply<StripeCollection<Session>> reply =
          calls.ask(
              deadline,
              (stripe, options) -> stripe.checkout().sessions().list(params.build(), options));
      if (!(reply instanceof Reply.Done<StripeCollection<Session>> done)
          || done.value().getData() == null) {
        return new Reply.Unclear<>(Charges.detail(reply), false);
      }
      List<Session> sessions = done.value().getData();
      for (Session session : sessions) {
        if (id.equals(session.getClientReferenceId())) {
          return new Reply.Done<>(Optional.of(session));
        }
      }
      if (!Boolean.TRUE.equals(done.value().getHasMore()) || sessions.isEmpty()) {
        return new Reply.Done<>(Optional.empty());
      }
      after = sessions.get(sessions.size() - 1).getId();
    }
    return new Reply.Unclear<>("too many pages to look through", false);
  }

  private static Reply<Optional<Session>> optional(Reply<Session> reply) {
    return reply instanceof Reply.Done<Session> done
        ? new Reply.Done<>(Optional.of(done.value()))
        : new Reply.Unclear<>(Charges.detail(reply), false);
  }

  Reply<Session> retrieve(String id, @Nullable String expand, Deadline deadline) {
    SessionRetrieveParams.Builder params = SessionRetrieveParams.builder();
    if (expand != null) {
      params.addExpand(expand);
    }
    return calls.ask(
        deadline,
        (stripe, options) -> stripe.checkout().sessions().retrieve(id, params.build(), options));
  }
}
