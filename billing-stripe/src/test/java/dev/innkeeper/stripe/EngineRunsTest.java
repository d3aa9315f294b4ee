package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.AddMethodResult;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentMethod;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.WebhookReceipt;
import dev.innkeeper.billing.payment.contract.PaymentWorld;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The engine, the provider and the double together: what Stripe took is what the ledger says. */
class EngineRunsTest {
  private static final List<Fault> QUICK =
      List.of(
          Fault.RESET_BEFORE,
          Fault.RESET_AFTER,
          Fault.ERROR_BEFORE,
          Fault.ERROR_AFTER,
          Fault.BAD_GATEWAY,
          Fault.TRUNCATED,
          Fault.CUT,
          Fault.TOO_MANY,
          Fault.LOCK_TIMEOUT);
  private static final List<Fault> HANGS = List.of(Fault.HANG_BEFORE, Fault.HANG_AFTER);
  private static final List<String> CALLS =
      List.of("POST /v1/payment_intents", "POST .*/confirm", "GET .*");
  private static final Amount TEN = Amount.parse("10.00", Currency.EUR);

  private final StripeWorld world = new StripeWorld();
  private final BillingEngine engine =
      BillingEngine.builder()
          .dataSource(TestDatabase.createDataSource())
          .schema(TestDatabase.SCHEMA)
          .clock(world.clock)
          .paymentProvider(world.provider())
          .build();
  private final UUID customer =
      engine
          .customers()
          .register(NewCustomer.named("Ada", "ada@example.org", Currency.EUR), "register")
          .id();
  private int number;

  @AfterEach
  void close() {
    engine.close();
    world.close();
  }

  @Test
  void aCardEnteredOnThePageIsThereOnceAndPays() {
    PaymentMethod card = addCard(DoubleCard.GOOD);
    assertThat(card.last4()).isEqualTo("4242");
    Payment payment = topUp(card);
    assertThat(payment.state()).isEqualTo(PaymentState.SUCCEEDED);
    deliver(world.takeWebhooks());
    assertThat(engine.wallets().of(customer).cash()).isEqualTo(TEN);
    assertTruth(List.of(payment.id()));
  }

  @Test
  void everyKindOfFaultAtEveryCallOfAChargeTakesMoneyOnce() {
    PaymentMethod card = addCard(DoubleCard.GOOD);
    List<UUID> payments = new ArrayList<>();
    for (String call : CALLS) {
      for (Fault fault : QUICK) {
        payments.add(run(card, List.of(call), List.of(fault)));
      }
    }
    assertTruth(payments);
  }

  @Test
  @Tag("long")
  void hundredsOfRunsWithSeveralFaultsTakeMoneyOnce() {
    long seed = Long.getLong("seed", 20260301);
    Random random = new Random(seed);
    PaymentMethod card = addCard(DoubleCard.GOOD);
    List<UUID> payments = new ArrayList<>();
    List<Fault> faults = new ArrayList<>(QUICK);
    faults.addAll(HANGS);
    for (int round = 0; round < 16; round++) {
      for (String call : CALLS) {
        for (Fault fault : faults) {
          String second = CALLS.get(random.nextInt(CALLS.size()));
          Fault also = QUICK.get(random.nextInt(QUICK.size()));
          payments.add(run(card, List.of(call, second), List.of(fault, also)));
        }
      }
    }
    assertThat(payments).as("seed " + seed).hasSizeGreaterThan(500);
    assertTruth(payments);
  }

  @Test
  void webhooksDuplicatedAndShuffledHaveOneEffectEach() {
    webhooks(12, 400);
  }

  @Test
  @Tag("long")
  void aHundredThousandWebhooksDuplicatedAndShuffledHaveOneEffectEach() {
    webhooks(100, 100_000);
  }

  /** Half of the charges lose their answers, so that their webhooks are the first to tell. */
  private void webhooks(int charges, int deliveries) {
    long seed = Long.getLong("seed", 20260301);
    PaymentMethod card = addCard(DoubleCard.GOOD);
    List<UUID> payments = new ArrayList<>();
    for (int i = 0; i < charges; i++) {
      if (i % 2 == 0) {
        world.stripe.failNext("POST .*/confirm", Fault.RESET_AFTER);
        world.stripe.failNext("GET .*", Fault.ERROR_BEFORE);
      }
      payments.add(topUp(card).id());
      world.stripe.forgetFaults();
    }
    List<PaymentWorld.Webhook> webhooks = world.takeWebhooks();
    List<PaymentWorld.Webhook> many = new ArrayList<>();
    for (int i = 0; i < deliveries; i++) {
      many.add(webhooks.get(i % webhooks.size()));
    }
    Collections.shuffle(many, new Random(seed));
    int applied = 0;
    for (PaymentWorld.Webhook webhook : many) {
      applied += deliver(webhook);
    }
    assertThat(applied).as("seed " + seed).isEqualTo(webhooks.size());
    assertTruth(payments);
    assertThat(engine.wallets().of(customer).cash())
        .isEqualTo(Amount.ofMinor(TEN.minorUnits() * charges, Currency.EUR));
  }

  /** One payment with faults, looked after until it has ended. */
  private UUID run(PaymentMethod card, List<String> calls, List<Fault> faults) {
    for (int i = 0; i < calls.size(); i++) {
      world.stripe.failNext(calls.get(i), faults.get(i));
    }
    Payment payment = topUp(card);
    for (int i = 0; i < 40 && !payment.state().isFinal(); i++) {
      world.advance(Duration.ofMinutes(i < 30 ? 5 : 180));
      engine.runDue(Duration.ofSeconds(30));
      payment = engine.payments().get(customer, payment.id());
    }
    assertThat(payment.state()).as(calls + " " + faults).isEqualTo(PaymentState.SUCCEEDED);
    world.stripe.forgetFaults();
    return payment.id();
  }

  private void assertTruth(List<UUID> payments) {
    for (UUID id : payments) {
      assertThat(engine.payments().get(customer, id).state()).isEqualTo(PaymentState.SUCCEEDED);
      assertThat(world.chargesOf(id)).isOne();
    }
    assertThat(engine.ledger().balance(Accounts.gateway("stripe", Currency.EUR)))
        .isEqualTo(world.houseBalance());
  }

  private Payment topUp(PaymentMethod card) {
    return engine.topUps().topUp(customer, TEN, card.id(), "top-up " + ++number);
  }

  private PaymentMethod addCard(DoubleCard card) {
    AddMethodResult result =
        engine.paymentMethods().add(customer, "stripe", null, StripeWorld.RETURN_URL);
    AddMethodResult.Redirect redirect = (AddMethodResult.Redirect) result;
    String session = redirect.url().substring(redirect.url().lastIndexOf('/') + 1);
    world.stripe.with(
        b -> {
          b.enterCard(session, card, "fp_one");
          return null;
        });
    deliver(world.takeWebhooks());
    assertThat(engine.paymentMethods().list(customer)).hasSize(1);
    return engine.paymentMethods().list(customer).get(0);
  }

  private void deliver(List<PaymentWorld.Webhook> webhooks) {
    webhooks.forEach(this::deliver);
  }

  private int deliver(PaymentWorld.Webhook webhook) {
    WebhookReceipt receipt =
        engine.payments().receiveWebhook("stripe", webhook.headers(), webhook.body());
    assertThat(receipt).isInstanceOf(WebhookReceipt.Accepted.class);
    return ((WebhookReceipt.Accepted) receipt).applied();
  }
}
