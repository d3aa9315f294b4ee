package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.PayPage;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.Payout;
import dev.innkeeper.billing.payment.Refund;
import dev.innkeeper.billing.payment.WebhookReceipt;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every kind of fault at every call, two at a time, with webhooks that come first, late, twice, in
 * any order, forged, or never: what Stripe took is what the ledger says, and nothing is taken
 * twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultRunsTest {
  private static final Amount TEN = StripeEngine.eur("10.00");
  private static final int ROUNDS_MAX = 60;
  private static final int RUNS_A_CUSTOMER = 40;
  private static final String CREATE = "POST /v1/payment_intents";
  private static final String CONFIRM = "POST .*/confirm";
  private static final String LOOK = "GET .*";
  private static final String PAGE = "POST /v1/checkout/sessions";
  private static final List<Fault> KINDS =
      Arrays.stream(Fault.values()).filter(fault -> fault != Fault.NONE).toList();

  private final StripeEngine shop = new StripeEngine();
  private final Random random = new Random(Long.getLong("seed", 20260301));
  private final List<String> undelivered = new ArrayList<>();
  private int runs;
  private UUID customer;

  /** One kind of thing that customers and operators do. */
  private interface Story {
    /** Does it, with faults planned, and looks after it until it has ended. */
    void run(String name);
  }

  @AfterAll
  void close() {
    shop.close();
  }

  @Test
  void aCardIsChargedOnceWhateverGoesWrongAtMakingAndConfirming() {
    pairs(CREATE, CONFIRM, this::card);
  }

  @Test
  @Tag("long")
  void aCardIsChargedOnceWhateverGoesWrongAtMakingAndLooking() {
    pairs(CREATE, LOOK, this::card);
  }

  @Test
  void aCardIsChargedOnceWhateverGoesWrongAtConfirmingAndLooking() {
    pairs(CONFIRM, LOOK, this::card);
  }

  @Test
  @Tag("long")
  void aBankThatAsksIsAskedAboutOneChargeWhateverGoesWrong() {
    pairs(CONFIRM, LOOK, this::askingCard);
  }

  @Test
  void aPageIsPaidOnceWhateverGoesWrong() {
    pairs(PAGE, LOOK, this::page);
  }

  @Test
  void aNewCustomersPageIsPaidOnceWhateverGoesWrong() {
    pairs("POST /v1/customers", PAGE, this::newCustomersPage);
  }

  @Test
  void aRefundIsSentOnceWhateverGoesWrong() {
    pairs("POST /v1/refunds", LOOK, this::refund);
  }

  @Test
  void aPayoutIsTransferredOnceWhateverGoesWrong() {
    pairs("POST /v1/transfers", LOOK, this::payout);
  }

  @Test
  void aPageThatIsCalledOffTakesNothingWhateverGoesWrong() {
    pairs("POST .*/expire", LOOK, this::abandonedPage);
  }

  private void pairs(String firstCall, String secondCall, Story story) {
    int before = runs;
    for (Fault first : KINDS) {
      for (Fault second : KINDS) {
        if (runs++ % RUNS_A_CUSTOMER == 0) {
          customer = null;
        }
        plan(firstCall, first, secondCall, second);
        story.run(first + " at " + firstCall + ", " + second + " at " + secondCall);
        shop.world.stripe.forgetFaults();
      }
    }
    assertThat(runs - before).isEqualTo(KINDS.size() * KINDS.size());
    customer = null;
    flush();
    shop.assertTruth();
  }

  private String firstCall = "";
  private String secondCall = "";
  private Fault first = Fault.NONE;
  private Fault second = Fault.NONE;

  private void plan(String call, Fault fault, String otherCall, Fault otherFault) {
    firstCall = call;
    first = fault;
    secondCall = otherCall;
    second = otherFault;
  }

  private void goWrong() {
    shop.world.stripe.failNext(firstCall, first);
    shop.world.stripe.failNext(secondCall, second);
  }

  private UUID customer(DoubleCard card) {
    if (customer == null) {
      customer = shop.customerWith(card);
    }
    return customer;
  }

  private void card(String name) {
    UUID ada = customer(DoubleCard.GOOD);
    goWrong();
    Payment payment = finish(shop.topUp(ada, TEN));
    assertThat(payment.state()).as(name).isEqualTo(PaymentState.SUCCEEDED);
    assertThat(shop.world.chargesOf(payment.id())).as(name).isOne();
  }

  private void askingCard(String name) {
    UUID ada = customer(DoubleCard.ASKS);
    goWrong();
    Payment payment = finish(shop.topUp(ada, TEN));
    assertThat(payment.state()).as(name).isEqualTo(PaymentState.SUCCEEDED);
    assertThat(shop.world.chargesOf(payment.id())).as(name).isOne();
  }

  private void page(String name) {
    UUID ada = customer(DoubleCard.GOOD);
    goWrong();
    Payment payment = finish(openPage(ada));
    assertThat(payment.state()).as(name).isEqualTo(PaymentState.SUCCEEDED);
    assertThat(shop.world.chargesOf(payment.id())).as(name).isOne();
  }

  private void newCustomersPage(String name) {
    UUID eve = shop.customer();
    goWrong();
    Payment payment = finish(openPage(eve));
    assertThat(payment.state()).as(name).isEqualTo(PaymentState.SUCCEEDED);
    assertThat(shop.world.chargesOf(payment.id())).as(name).isOne();
  }

  private Payment openPage(UUID ada) {
    return shop.engine
        .topUps()
        .topUpOnPage(ada, TEN, new PayPage("stripe", StripeWorld.RETURN_URL), shop.key());
  }

  /** Nobody comes: after a day the page is closed. Every other time somebody comes at the last. */
  private void abandonedPage(String name) {
    UUID ada = customer(DoubleCard.GOOD);
    Payment payment = openPage(ada);
    assertThat(payment.state()).as(name).isEqualTo(PaymentState.ACTION_REQUIRED);
    boolean comes = random.nextBoolean();
    if (comes) {
      answer(payment);
    }
    shop.world.advance(Duration.ofHours(23).plusMinutes(1));
    goWrong();
    Payment ended = payment;
    for (int round = 0; round < ROUNDS_MAX && !ended.state().isFinal(); round++) {
      shop.runDue();
      ended = shop.engine.payments().get(ada, payment.id());
      shop.world.advance(Duration.ofMinutes(30));
    }
    assertThat(ended.state().isFinal()).as(name).isTrue();
    assertThat(ended.state() == PaymentState.SUCCEEDED).as(name).isEqualTo(comes);
    assertThat(shop.world.chargesOf(payment.id())).as(name).isEqualTo(comes ? 1 : 0);
  }

  private void refund(String name) {
    UUID ada = customer(DoubleCard.GOOD);
    Payment payment = shop.topUp(ada, TEN);
    Amount before = shop.world.houseBalance();
    goWrong();
    Amount part = StripeEngine.eur("4.00");
    Refund refund =
        shop.engine.refunds().refund(ada, payment.id(), part, "they asked for it", shop.key());
    for (int round = 0; round < ROUNDS_MAX && isUnderWay(refund); round++) {
      news();
      shop.world.advance(Duration.ofMinutes(5));
      shop.runDue();
      refund = shop.engine.refunds().get(ada, refund.id());
    }
    assertThat(refund.state()).as(name).isEqualTo(Refund.State.SUCCEEDED);
    assertThat(shop.world.houseBalance()).as(name).isEqualTo(before.minus(part));
  }

  private void payout(String name) {
    UUID ada = customer(DoubleCard.GOOD);
    shop.topUp(ada, TEN);
    Amount before = shop.world.houseBalance();
    Amount part = StripeEngine.eur("4.00");
    UUID id = shop.engine.payouts().request(ada, part, "they left", "tester", shop.key()).id();
    goWrong();
    Payout payout = shop.engine.payouts().send(ada, id, "stripe", "acct_ada", "tester");
    for (int round = 0; round < ROUNDS_MAX && payout.state() == Payout.State.SENDING; round++) {
      news();
      shop.world.advance(Duration.ofMinutes(5));
      shop.runDue();
      payout = shop.engine.payouts().get(ada, id);
    }
    assertThat(payout.state()).as(name).isEqualTo(Payout.State.SENT);
    assertThat(shop.world.houseBalance()).as(name).isEqualTo(before.minus(part));
  }

  private static boolean isUnderWay(Refund refund) {
    return refund.state() != Refund.State.SUCCEEDED && refund.state() != Refund.State.REFUSED;
  }

  /** Looks after a payment as servers and customers do, until it has ended. */
  private Payment finish(Payment begun) {
    Payment payment = begun;
    for (int round = 0; round < ROUNDS_MAX && !payment.state().isFinal(); round++) {
      if (payment.state() == PaymentState.ACTION_REQUIRED) {
        answer(payment);
      }
      news();
      shop.world.advance(Duration.ofMinutes(5));
      shop.runDue();
      payment = shop.engine.payments().get(payment.customerId(), payment.id());
      if (payment.state() == PaymentState.ACTION_REQUIRED && round > 0) {
        payment = shop.engine.payments().refresh(payment.customerId(), payment.id());
      }
    }
    return payment;
  }

  /** The customer answers the bank, or pays on the page, unless that is done already. */
  private void answer(Payment payment) {
    String reference = StripeEngine.lastPart(payment.actionUrl());
    shop.world.stripe.with(
        b -> {
          Object status = b.get(reference).get("status");
          if ("open".equals(status)) {
            b.pay(reference, DoubleCard.GOOD);
          } else if ("requires_action".equals(status)) {
            b.answerBank(reference, true);
          }
          return null;
        });
  }

  /** Events come at once, late, twice, in any order, forged, or not at all. */
  private void news() {
    undelivered.addAll(shop.world.stripe.takeEvents());
    switch (runs % 4) {
      case 0 -> flush();
      case 1 -> {
        // Late: another run brings them.
      }
      case 2 -> undelivered.clear();
      default -> {
        undelivered.forEach(this::forge);
        undelivered.addAll(List.copyOf(undelivered));
        Collections.shuffle(undelivered, random);
        flush();
      }
    }
  }

  /** What is refused because Stripe can't be asked now comes again. */
  private void flush() {
    undelivered.addAll(shop.world.stripe.takeEvents());
    List<String> again = new ArrayList<>();
    for (String event : undelivered) {
      if (!shop.deliver(event)) {
        again.add(event);
      }
    }
    undelivered.clear();
    undelivered.addAll(again);
  }

  private void forge(String event) {
    byte[] body = event.getBytes(StandardCharsets.UTF_8);
    for (String signature :
        List.of(
            StripeDouble.sign(event + " ", StripeDouble.WEBHOOK_SECRET, shop.world.now()),
            StripeDouble.sign(event, "whsec_stranger", shop.world.now()),
            StripeDouble.sign(
                event, StripeDouble.WEBHOOK_SECRET, shop.world.now().minusSeconds(301)),
            StripeDouble.sign(
                event, StripeDouble.WEBHOOK_SECRET, shop.world.now().plusSeconds(301)))) {
      assertThat(
              shop.receive(new PaymentWorld.Webhook(Map.of("stripe-signature", signature), body)))
          .isInstanceOf(WebhookReceipt.Rejected.class);
    }
  }
}
