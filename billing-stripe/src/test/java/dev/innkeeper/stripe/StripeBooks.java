package dev.innkeeper.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What the double knows and the rules it goes by. Not thread-safe: the double locks. */
final class StripeBooks {
  /** Stripe's, as the plugin's SDK has it; the double itself stands on no SDK. */
  static final String API_VERSION = "2026-07-29.dahlia";

  /** What Stripe takes unless it is told otherwise: what a charge brings is booked after it. */
  static final String CAPTURED_LATER = "automatic_async";

  private static final ObjectMapper JSON = new ObjectMapper();

  final Map<String, Map<String, Object>> objects = new LinkedHashMap<>();
  private final Map<String, DoubleCard> cards = new LinkedHashMap<>();
  private final List<String> events = new ArrayList<>();
  private final Clock clock;
  private final Supplier<String> address;
  private int counter;

  /**
   * @param address where the double's pages are
   */
  StripeBooks(Clock clock, Supplier<String> address) {
    this.clock = clock;
    this.address = address;
  }

  /** All there is, to be read back by {@link #restore}. */
  String state() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("counter", counter);
    state.put("cards", cards);
    state.put("objects", objects);
    return json(state);
  }

  void restore(String state) {
    try {
      JsonNode root = JSON.readTree(state);
      counter = root.path("counter").asInt();
      cards.putAll(
          JSON.convertValue(
              root.path("cards"), new TypeReference<LinkedHashMap<String, DoubleCard>>() {}));
      objects.putAll(
          JSON.convertValue(
              root.path("objects"),
              new TypeReference<LinkedHashMap<String, Map<String, Object>>>() {}));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An answer of another kind than 200. */
  static final class Problem extends RuntimeException {
    final int status;
    final Map<String, Object> error;

    Problem(int status, String type, String code, String param, String message) {
      super(message);
      this.status = status;
      this.error = new LinkedHashMap<>();
      error.put("type", type);
      error.put("code", code);
      if (param != null) {
        error.put("param", param);
      }
      error.put("message", message);
    }

    static Problem invalid(String code, String param, String message) {
      return new Problem(400, "invalid_request_error", code, param, message);
    }

    static Problem missing(String id) {
      return new Problem(404, "invalid_request_error", "resource_missing", "id", "No such " + id);
    }
  }

  // --- objects ----------------------------------------------------------------------------------

  Map<String, Object> make(String prefix, String type) {
    Map<String, Object> object = new LinkedHashMap<>();
    String id = prefix + "_" + String.format("%08d", ++counter);
    object.put("id", id);
    object.put("object", type);
    object.put("created", clock.instant().getEpochSecond());
    object.put("livemode", false);
    objects.put(id, object);
    return object;
  }

  Map<String, Object> get(String id) {
    Map<String, Object> object = objects.get(id);
    if (object == null) {
      throw Problem.missing(id);
    }
    return object;
  }

  /** Newest first, as Stripe lists. */
  List<Map<String, Object>> all(String type, Predicate<Map<String, Object>> filter) {
    List<Map<String, Object>> found = new ArrayList<>();
    for (Map<String, Object> object : objects.values()) {
      if (type.equals(object.get("object")) && filter.test(object)) {
        found.add(0, object);
      }
    }
    return found;
  }

  static long number(Map<String, Object> object, String name) {
    return ((Number) object.getOrDefault(name, 0L)).longValue();
  }

  static String text(Map<String, Object> object, String name) {
    return (String) object.get(name);
  }

  @SuppressWarnings("unchecked")
  static Map<String, String> metadata(Map<String, Object> object) {
    return (Map<String, String>) object.getOrDefault("metadata", Map.of());
  }

  static Map<String, String> nested(Map<String, String> params, String prefix) {
    Map<String, String> found = new LinkedHashMap<>();
    params.forEach(
        (name, value) -> {
          if (name.startsWith(prefix + "[") && name.endsWith("]")) {
            found.put(name.substring(prefix.length() + 1, name.length() - 1), value);
          }
        });
    return found;
  }

  // --- cards ------------------------------------------------------------------------------------

  String addCard(String customer, DoubleCard card, String fingerprint) {
    Map<String, Object> method = make("pm", "payment_method");
    method.put("type", "card");
    method.put("customer", customer);
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("brand", card.brand());
    details.put("last4", card.last4());
    details.put("exp_month", 12);
    details.put("exp_year", 2034);
    details.put("fingerprint", fingerprint);
    method.put("card", details);
    cards.put(text(method, "id"), card);
    return text(method, "id");
  }

  Map<String, Object> detach(String methodId) {
    Map<String, Object> method = get(methodId);
    if (method.get("customer") == null) {
      throw Problem.invalid(null, null, "it is not attached, so that it can't be detached");
    }
    method.put("customer", null);
    event("payment_method.detached", method);
    return method;
  }

  /** The card's bank renews it: until another year, and under another number when it says so. */
  @SuppressWarnings("unchecked")
  void renew(String methodId, int expiryYear, String last4) {
    Map<String, Object> method = get(methodId);
    Map<String, Object> card = (Map<String, Object>) method.get("card");
    card.put("exp_year", expiryYear);
    if (!last4.equals(card.put("last4", last4))) {
      card.put("fingerprint", card.get("fingerprint") + "_" + last4);
    }
    cards.put(methodId, DoubleCard.GOOD);
    event("payment_method.automatically_updated", method);
  }

  /** The customer enters a card that its bank refuses: the page stays open for another. */
  void refuseCard(String sessionId) {
    Map<String, Object> intent = make("seti", "setup_intent");
    intent.put("metadata", metadata(open(sessionId)));
    intent.put("status", "requires_payment_method");
    event("setup_intent.setup_failed", intent);
  }

  // --- PaymentIntents ---------------------------------------------------------------------------

  Map<String, Object> createIntent(Map<String, String> params) {
    long amount = Long.parseLong(params.get("amount"));
    String currency = params.get("currency");
    checkAmount(amount, currency);
    Map<String, Object> method = ownedMethod(params.get("payment_method"), params.get("customer"));
    Map<String, Object> intent = make("pi", "payment_intent");
    intent.put("amount", amount);
    intent.put("amount_received", 0L);
    intent.put("currency", currency);
    intent.put("customer", params.get("customer"));
    intent.put("payment_method", method.get("id"));
    intent.put("capture_method", params.getOrDefault("capture_method", CAPTURED_LATER));
    intent.put("metadata", nested(params, "metadata"));
    intent.put("status", "requires_confirmation");
    return intent;
  }

  private static void checkAmount(long amount, String currency) {
    long least = currency.equals("jpy") ? 50 : currency.equals("isk") ? 10_000 : 50;
    if (amount < least) {
      throw Problem.invalid("amount_too_small", "amount", "below the minimum");
    }
    if (amount > 99_999_999) {
      throw Problem.invalid("amount_too_large", "amount", "more than eight digits");
    }
    if ((currency.equals("isk") && amount % 100 != 0)
        || (currency.equals("kwd") && amount % 10 != 0)) {
      throw Problem.invalid("invalid_amount", "amount", "finer than the currency's steps");
    }
  }

  private Map<String, Object> ownedMethod(String methodId, String customer) {
    Map<String, Object> method = objects.get(methodId);
    if (method == null || customer == null || !customer.equals(method.get("customer"))) {
      throw Problem.invalid("resource_missing", "payment_method", "No such payment method");
    }
    return method;
  }

  Map<String, Object> confirm(String id, Map<String, String> params) {
    Map<String, Object> intent = get(id);
    String status = text(intent, "status");
    if (!List.of("requires_confirmation", "requires_payment_method").contains(status)) {
      Problem problem = Problem.invalid("payment_intent_unexpected_state", null, "it is " + status);
      problem.error.put("payment_intent", intent);
      throw problem;
    }
    String methodId = params.getOrDefault("payment_method", text(intent, "payment_method"));
    ownedMethod(methodId, text(intent, "customer"));
    return attempt(
        intent,
        cards.get(methodId),
        "true".equals(params.get("off_session")),
        params.get("return_url"));
  }

  private Map<String, Object> attempt(
      Map<String, Object> intent, DoubleCard card, boolean offSession, String returnUrl) {
    if (card == DoubleCard.ASKS && offSession) {
      throw declined(intent, "authentication_required", "authentication_required", null);
    }
    if (card == DoubleCard.ASKS) {
      if (returnUrl == null) {
        throw Problem.invalid("parameter_missing", "return_url", "where shall they return to?");
      }
      intent.put("status", "requires_action");
      String url = address.get() + "/bank/" + intent.get("id");
      intent.put(
          "next_action",
          Map.of(
              "type",
              "redirect_to_url",
              "redirect_to_url",
              Map.of("url", url, "return_url", returnUrl)));
      event("payment_intent.requires_action", intent);
      return intent;
    }
    if (card.declineCode() != null) {
      throw declined(intent, "card_declined", card.declineCode(), card.adviceCode());
    }
    return take(intent);
  }

  private Problem declined(
      Map<String, Object> intent, String code, String declineCode, String advice) {
    Problem problem = new Problem(402, "card_error", code, null, "Your card was declined.");
    problem.error.put("decline_code", declineCode);
    if (advice != null) {
      problem.error.put("advice_code", advice);
    }
    intent.put("status", "requires_payment_method");
    intent.put("last_payment_error", new LinkedHashMap<>(problem.error));
    event("payment_intent.payment_failed", intent);
    problem.error.put("payment_intent", intent);
    return problem;
  }

  private Map<String, Object> take(Map<String, Object> intent) {
    long amount = number(intent, "amount");
    Map<String, Object> charge = make("ch", "charge");
    charge.put("amount", amount);
    charge.put("currency", intent.get("currency"));
    charge.put("payment_intent", intent.get("id"));
    charge.put("status", "succeeded");
    if (!CAPTURED_LATER.equals(intent.get("capture_method"))) {
      bookCharge(charge);
    }
    intent.put("latest_charge", charge.get("id"));
    intent.put("amount_received", amount);
    intent.put("status", "succeeded");
    intent.put("next_action", null);
    intent.put("last_payment_error", null);
    event("payment_intent.succeeded", intent);
    return intent;
  }

  /** Books the charges that were to be captured later, as Stripe does within an hour. */
  void captureLate() {
    for (Map<String, Object> charge : all("charge", c -> c.get("balance_transaction") == null)) {
      bookCharge(charge);
      event("charge.updated", charge);
    }
  }

  private void bookCharge(Map<String, Object> charge) {
    long amount = number(charge, "amount");
    Map<String, Object> booked =
        book("charge", charge, amount, Math.floorDiv(amount * 15 + 500, 1000));
    charge.put("balance_transaction", booked.get("id"));
  }

  void answerBank(String intentId, boolean approved) {
    Map<String, Object> intent = get(intentId);
    if (!"requires_action".equals(intent.get("status"))) {
      throw new IllegalStateException("nobody asks");
    }
    intent.put("next_action", null);
    if (approved) {
      take(intent);
      all("checkout.session", s -> intentId.equals(s.get("payment_intent")))
          .forEach(this::completeIfPaid);
    } else {
      String code = "payment_intent_authentication_failure";
      intent.put("status", "requires_payment_method");
      intent.put("last_payment_error", Map.of("type", "invalid_request_error", "code", code));
      event("payment_intent.payment_failed", intent);
    }
  }

  Map<String, Object> cancel(String id) {
    Map<String, Object> intent = get(id);
    if (List.of("succeeded", "canceled").contains(text(intent, "status"))) {
      throw Problem.invalid("payment_intent_unexpected_state", null, "too late");
    }
    intent.put("status", "canceled");
    intent.put("next_action", null);
    event("payment_intent.canceled", intent);
    return intent;
  }

  // --- Checkout ---------------------------------------------------------------------------------

  Map<String, Object> createSession(Map<String, String> params) {
    Map<String, Object> session = make("cs_test", "checkout.session");
    String mode = params.get("mode");
    session.put("mode", mode);
    session.put("customer", params.get("customer"));
    session.put("client_reference_id", params.get("client_reference_id"));
    session.put("metadata", nested(params, "metadata"));
    session.put("status", "open");
    session.put("success_url", params.get("success_url"));
    session.put("cancel_url", params.get("cancel_url"));
    session.put("url", address.get() + "/checkout/" + session.get("id"));
    if (mode.equals("payment")) {
      long amount = Long.parseLong(params.get("line_items[0][price_data][unit_amount]"));
      String currency = params.get("line_items[0][price_data][currency]");
      checkAmount(amount, currency);
      session.put("amount_total", amount);
      session.put("currency", currency);
      session.put("intent_metadata", nested(params, "payment_intent_data[metadata]"));
      session.put(
          "intent_capture_method",
          params.getOrDefault("payment_intent_data[capture_method]", CAPTURED_LATER));
    }
    return session;
  }

  /** The customer enters a card on a page that sets one up. */
  void enterCard(String sessionId, DoubleCard card, String fingerprint) {
    Map<String, Object> session = open(sessionId);
    Map<String, Object> intent = make("seti", "setup_intent");
    String customer = text(session, "customer");
    intent.put("customer", customer);
    intent.put("metadata", metadata(session));
    intent.put("payment_method", addCard(customer, card, fingerprint));
    intent.put("status", "succeeded");
    session.put("setup_intent", intent.get("id"));
    session.put("status", "complete");
    event("setup_intent.succeeded", intent);
    event("checkout.session.completed", session);
  }

  /**
   * The customer pays on a page; a decline, or a question of the bank's, leaves the page open.
   *
   * @return the PaymentIntent as it is then
   */
  Map<String, Object> pay(String sessionId, DoubleCard card) {
    Map<String, Object> session = open(sessionId);
    String customer = text(session, "customer");
    String intentId = text(session, "payment_intent");
    Map<String, Object> intent;
    if (intentId == null) {
      intent = make("pi", "payment_intent");
      intent.put("amount", session.get("amount_total"));
      intent.put("amount_received", 0L);
      intent.put("currency", session.get("currency"));
      intent.put("customer", customer);
      intent.put("metadata", session.get("intent_metadata"));
      intent.put("capture_method", session.get("intent_capture_method"));
      intent.put("status", "requires_payment_method");
      session.put("payment_intent", intent.get("id"));
    } else {
      intent = get(intentId);
    }
    try {
      attempt(intent, card, false, text(session, "success_url"));
    } catch (Problem declined) {
      return intent;
    }
    completeIfPaid(session);
    return intent;
  }

  private void completeIfPaid(Map<String, Object> session) {
    if ("succeeded".equals(get(text(session, "payment_intent")).get("status"))) {
      session.put("status", "complete");
      session.put("payment_status", "paid");
      event("checkout.session.completed", session);
    }
  }

  Map<String, Object> expire(String sessionId) {
    Map<String, Object> session = open(sessionId);
    session.put("status", "expired");
    session.put("url", null);
    event("checkout.session.expired", session);
    return session;
  }

  private Map<String, Object> open(String sessionId) {
    Map<String, Object> session = get(sessionId);
    if (!"open".equals(session.get("status"))) {
      throw Problem.invalid("session_not_open", null, "it is " + session.get("status"));
    }
    return session;
  }

  // --- refunds, disputes ------------------------------------------------------------------------

  Map<String, Object> refund(String intentId, long amount, Map<String, String> metadata) {
    Map<String, Object> intent = get(intentId);
    String chargeId = text(intent, "latest_charge");
    if (chargeId == null) {
      throw Problem.invalid("charge_not_refundable", "payment_intent", "nothing was taken");
    }
    Map<String, Object> charge = get(chargeId);
    if ("yes".equals(charge.get("is_disputed"))) {
      throw Problem.invalid("charge_disputed", "payment_intent", "it is disputed");
    }
    long left = number(charge, "amount") - number(charge, "amount_refunded");
    if (amount > left) {
      throw Problem.invalid("charge_already_refunded", "amount", "more than is left: " + left);
    }
    charge.put("amount_refunded", number(charge, "amount_refunded") + amount);
    Map<String, Object> refund = make("re", "refund");
    refund.put("amount", amount);
    refund.put("currency", intent.get("currency"));
    refund.put("payment_intent", intentId);
    refund.put("metadata", metadata);
    refund.put("status", "succeeded");
    book("refund", refund, -amount, 0);
    event("refund.created", refund);
    event("charge.refunded", charge);
    return refund;
  }

  void failRefund(String refundId) {
    Map<String, Object> refund = get(refundId);
    refund.put("status", "failed");
    refund.put("failure_reason", "lost_or_stolen_card");
    Map<String, Object> charge = get(text(get(text(refund, "payment_intent")), "latest_charge"));
    charge.put("amount_refunded", number(charge, "amount_refunded") - number(refund, "amount"));
    book("refund_failure", refund, number(refund, "amount"), 0);
    event("refund.failed", refund);
  }

  /** Opens a dispute, or an inquiry, which moves nothing. */
  String dispute(String intentId, String status) {
    Map<String, Object> intent = get(intentId);
    Map<String, Object> charge = get(text(intent, "latest_charge"));
    Map<String, Object> dispute = make("dp", "dispute");
    dispute.put("amount", charge.get("amount"));
    dispute.put("currency", charge.get("currency"));
    dispute.put("charge", charge.get("id"));
    dispute.put("payment_intent", intentId);
    dispute.put("status", status);
    List<Object> moved = new ArrayList<>();
    dispute.put("balance_transactions", moved);
    event("charge.dispute.created", dispute);
    if (!status.startsWith("warning")) {
      charge.put("is_disputed", "yes");
      moved.add(book("adjustment", dispute, -number(charge, "amount"), 2_000));
      event("charge.dispute.funds_withdrawn", dispute);
    }
    return text(dispute, "id");
  }

  @SuppressWarnings("unchecked")
  void closeDispute(String disputeId, String status) {
    Map<String, Object> dispute = get(disputeId);
    dispute.put("status", status);
    if (status.equals("won")) {
      List<Object> moved = (List<Object>) dispute.get("balance_transactions");
      moved.add(book("adjustment", dispute, number(dispute, "amount"), 0));
      event("charge.dispute.funds_reinstated", dispute);
    }
    event("charge.dispute.closed", dispute);
  }

  // --- transfers --------------------------------------------------------------------------------

  Map<String, Object> transfer(Map<String, String> params) {
    long amount = Long.parseLong(params.get("amount"));
    String source = params.get("source_transaction");
    if (source != null) {
      Map<String, Object> charge = get(source);
      long left = number(charge, "amount") - number(charge, "transferred");
      if (amount > left) {
        throw Problem.invalid("balance_insufficient", null, "more than the charge brought");
      }
      charge.put("transferred", number(charge, "transferred") + amount);
    }
    if (!params.get("destination").startsWith("acct_")) {
      throw Problem.invalid("resource_missing", "destination", "No such destination");
    }
    Map<String, Object> transfer = make("tr", "transfer");
    transfer.put("amount", amount);
    transfer.put("amount_reversed", 0L);
    transfer.put("currency", params.get("currency"));
    transfer.put("destination", params.get("destination"));
    transfer.put("transfer_group", params.get("transfer_group"));
    transfer.put("metadata", nested(params, "metadata"));
    book("transfer", transfer, -amount, 0);
    event("transfer.created", transfer);
    return transfer;
  }

  Map<String, Object> reverse(String transferId, Map<String, String> params) {
    Map<String, Object> transfer = get(transferId);
    long amount = Long.parseLong(params.get("amount"));
    if (amount > number(transfer, "amount") - number(transfer, "amount_reversed")) {
      throw Problem.invalid("transfer_already_reversed", "amount", "more than is left");
    }
    transfer.put("amount_reversed", number(transfer, "amount_reversed") + amount);
    Map<String, Object> reversal = make("trr", "transfer_reversal");
    reversal.put("amount", amount);
    reversal.put("currency", transfer.get("currency"));
    reversal.put("transfer", transferId);
    reversal.put("metadata", nested(params, "metadata"));
    book("transfer_refund", reversal, amount, 0);
    event("transfer.reversed", transfer);
    return reversal;
  }

  private Map<String, Object> book(String type, Map<String, Object> source, long amount, long fee) {
    Map<String, Object> booked = make("txn", "balance_transaction");
    booked.put("type", type);
    booked.put("source", source.get("id"));
    booked.put("amount", amount);
    booked.put("fee", fee);
    booked.put("net", amount - fee);
    booked.put("currency", source.get("currency"));
    return booked;
  }

  // --- events -----------------------------------------------------------------------------------

  void event(String type, Map<String, Object> object) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("id", "evt_" + String.format("%08d", ++counter));
    event.put("object", "event");
    event.put("api_version", API_VERSION);
    event.put("created", clock.instant().getEpochSecond());
    event.put("livemode", false);
    event.put("type", type);
    event.put("data", Map.of("object", object));
    events.add(json(event));
  }

  List<String> takeEvents() {
    List<String> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
