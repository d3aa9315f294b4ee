package dev.innkeeper.stripe;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import dev.innkeeper.billing.payment.spi.MethodReference;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.testing.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The double, as the contract's world. */
final class StripeWorld implements PaymentWorld {
  static final String RETURN_URL = "https://hoster.test/back";
  static final int TIMEOUT_MILLIS = 8_000;

  /** For tests in which nobody answers. */
  static final int SHORT_MILLIS = 1_000;

  final MutableClock clock = MutableClock.at("2026-03-01T12:00:00Z");
  final StripeDouble stripe = new StripeDouble(clock);
  private final Map<UUID, String> customers = new HashMap<>();

  static Map<String, String> settings(StripeDouble stripe, int timeoutMillis) {
    return Map.of(
        "secretKey",
        StripeDouble.SECRET_KEY,
        "webhookSecret",
        StripeDouble.WEBHOOK_SECRET,
        "apiBase",
        stripe.address().toString(),
        "returnUrl",
        RETURN_URL,
        "timeoutMillis",
        String.valueOf(timeoutMillis));
  }

  static StripeProvider provider(StripeDouble stripe, MutableClock clock, int timeoutMillis) {
    return new StripeProvider(
        StripeSettings.of(settings(stripe, timeoutMillis), Map.of()), clock, clock, millis -> {});
  }

  @Override
  public PaymentProvider open() {
    return provider();
  }

  StripeProvider provider() {
    return provider(stripe, clock, TIMEOUT_MILLIS);
  }

  /** A provider that gives up soon. */
  StripeProvider impatient() {
    return provider(stripe, clock, SHORT_MILLIS);
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public void advance(Duration duration) {
    clock.advance(duration);
  }

  String customer(UUID customerId) {
    return customers.computeIfAbsent(
        customerId, id -> stripe.with(b -> StripeBooks.text(b.make("cus", "customer"), "id")));
  }

  @Override
  public MethodReference card(UUID customerId, Card card) {
    return card(
        customerId,
        switch (card) {
          case GOOD -> DoubleCard.GOOD;
          case DECLINED -> DoubleCard.INSUFFICIENT;
          case STOLEN -> DoubleCard.STOLEN;
          case ASKS -> DoubleCard.ASKS;
        });
  }

  MethodReference card(UUID customerId, DoubleCard card) {
    String customer = customer(customerId);
    String method = stripe.with(b -> b.addCard(customer, card, "fp_" + card));
    return new MethodReference(method, customer);
  }

  @Override
  public void loseNextRequest() {
    stripe.failNext("POST .*", Fault.RESET_BEFORE);
  }

  @Override
  public void loseNextAnswer() {
    stripe.failNext("POST .*/confirm", Fault.RESET_AFTER);
  }

  @Override
  public void answerBank(String chargeReference, Answer answer) {
    stripe.with(
        b -> {
          b.answerBank(chargeReference, answer == Answer.APPROVED);
          return null;
        });
  }

  @Override
  public int chargesOf(UUID attemptId) {
    return stripe.with(
        b ->
            b.all(
                    "payment_intent",
                    intent ->
                        "succeeded".equals(intent.get("status"))
                            && attemptId
                                .toString()
                                .equals(StripeBooks.metadata(intent).get(IntentState.ATTEMPT)))
                .size());
  }

  @Override
  public Amount houseBalance() {
    return stripe.with(
        b -> {
          long sum = 0;
          for (Map<String, Object> booked : b.all("balance_transaction", t -> true)) {
            sum += StripeBooks.number(booked, "net");
          }
          return Amount.ofMinor(sum, Currency.EUR);
        });
  }

  @Override
  public String destination() {
    return "acct_partner";
  }

  @Override
  public List<Webhook> takeWebhooks() {
    return stripe.takeEvents().stream().map(this::webhook).toList();
  }

  Webhook webhook(String body) {
    return new Webhook(
        Map.of("stripe-signature", StripeDouble.sign(body, StripeDouble.WEBHOOK_SECRET, now())),
        body.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    stripe.close();
  }
}
