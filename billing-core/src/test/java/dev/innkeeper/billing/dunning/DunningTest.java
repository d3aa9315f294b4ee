package dev.innkeeper.billing.dunning;

import static dev.innkeeper.billing.payment.PaymentFixture.FAILS_WHEN_CHARGED;
import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.dunning.GracePolicy.Action;
import dev.innkeeper.billing.dunning.GracePolicy.Step;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentFixture;
import dev.innkeeper.billing.payment.PaymentMix;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.sandbox.SandboxFault;
import dev.innkeeper.billing.payment.sandbox.SandboxWebhook;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DunningTest {
  private final PaymentFixture f = new PaymentFixture();
  private int subscriptions;

  DunningTest() {
    f.engine.catalog().apply(SampleCatalog.yaml(), "tester");
  }

  private UUID subscription(UUID customer, String product) {
    return f.engine
        .subscriptions()
        .start(NewSubscription.of(customer, product, Currency.EUR), "s" + ++subscriptions)
        .id();
  }

  /** Issues an invoice, and settles it as far as that goes. */
  private void invoice(UUID customer, String amount, UUID... subscriptionIds) {
    f.invoice(customer, amount, subscriptionIds);
    f.engine.settlement().settle(customer);
  }

  private UUID store(UUID customer) {
    return subscription(customer, "store");
  }

  private SubscriptionStatus status(UUID customer, UUID subscription) {
    return f.engine.subscriptions().get(customer, subscription).status();
  }

  private long count(UUID customer, String event) {
    return f.events(customer).stream().filter(event::equals).count();
  }

  @Test
  void remindsWeeklySuspendsTerminatesAndTellsBeforeEachStep() {
    UUID ada = f.customer();
    UUID vm = store(ada);
    invoice(ada, "40.00", vm);
    f.days(13);
    assertThat(f.engine.dunning().of(ada)).isEmpty();
    f.days(1);
    assertThat(count(ada, "grace.reminder")).isEqualTo(1);
    assertThat(f.engine.dunning().of(ada).get().nextAction()).isEqualTo(Action.REMIND);
    f.days(13);
    assertThat(count(ada, "grace.reminder")).isEqualTo(2);
    assertThat(count(ada, "grace.ending")).isEqualTo(1);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.ACTIVE);
    f.days(1);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.SUSPENDED);
    f.days(76);
    assertThat(count(ada, "account.expiring")).isEqualTo(2);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.SUSPENDED);
    f.days(1);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.ENDED);
    assertThat(f.events(ada)).contains("account.expired", "subscription.terminated");
    assertThat(count(ada, "grace.reminder")).isEqualTo(10);
    f.days(30);
    assertThat(f.engine.dunning().of(ada).get().nextAction()).isNull();
  }

  @Test
  void paymentResumesAtOnceHoweverItComes() {
    for (int way = 0; way < 3; way++) {
      UUID ada = f.customer();
      UUID vm = store(ada);
      f.card(ada, FAILS_WHEN_CHARGED);
      invoice(ada, "40.00", vm);
      f.days(28);
      assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.SUSPENDED);
      switch (way) {
        case 0 -> f.card(ada, GOOD);
        case 1 -> f.voucher(ada, "50.00");
        default -> {
          f.script(SandboxFault.NONE);
          var card = f.card(ada, GOOD);
          f.engine
              .settlement()
              .pay(ada, f.invoice(ada, "1.00"), PaymentMix.withCard(card.id()), "p");
        }
      }
      assertThat(f.engine.invoices().open(ada)).isEmpty();
      assertThat(status(ada, vm)).as("way " + way).isEqualTo(SubscriptionStatus.ACTIVE);
      assertThat(f.engine.dunning().of(ada)).isEmpty();
      assertThat(f.events(ada)).contains("grace.ended", "subscription.resumed");
    }
  }

  @Test
  void onlyWhatUnpaidInvoicesAreForIsSuspended() {
    UUID ada = f.customer();
    UUID unpaid = store(ada);
    UUID paid = store(ada);
    invoice(ada, "40.00", unpaid);
    f.days(28);
    assertThat(status(ada, unpaid)).isEqualTo(SubscriptionStatus.SUSPENDED);
    assertThat(status(ada, paid)).isEqualTo(SubscriptionStatus.ACTIVE);
  }

  @Test
  void nothingIsSuspendedWithoutADueInvoiceNorForAPaidOne() {
    UUID ada = f.customer();
    UUID vm = store(ada);
    f.card(ada, GOOD);
    invoice(ada, "40.00", vm);
    f.days(120);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.ACTIVE);
    assertThat(f.events(ada)).doesNotContain("grace.started");
  }

  @Test
  void nothingIsSuspendedWhileAPaymentIsUnknown() {
    UUID ada = f.customer();
    UUID vm = store(ada);
    invoice(ada, "40.00", vm);
    f.days(27);
    f.script(SandboxFault.TIMEOUT_AND_SLOW);
    f.card(ada, GOOD);
    f.sandbox().takeWebhooks();
    f.days(3);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.ACTIVE);
    var payment = f.engine.payments().list(ada, null, 1).get(0);
    f.sandbox().reveal(payment.id());
    f.engine.payments().refresh(ada, payment.id());
    assertThat(f.engine.dunning().of(ada)).isEmpty();
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.ACTIVE);
  }

  @Test
  void aCustomerIsRemindedOfWhatARefundMadeElsewhereOpenedAgain() {
    UUID ada = f.customer();
    f.card(ada, GOOD);
    invoice(ada, "40.00");
    f.days(30);
    f.sandbox().takeWebhooks();
    Payment payment = f.engine.payments().list(ada, null, 1).get(0);
    f.sandbox().refundOutside(payment.reference(), PaymentFixture.eur("40.00"));
    f.script(SandboxFault.SOFT_DECLINE);
    for (SandboxWebhook webhook : f.sandbox().takeWebhooks()) {
      f.engine.payments().receiveWebhook("sandbox", webhook.headers(), webhook.body());
    }
    f.runDue();
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 40.00");
    assertThat(f.engine.payments().list(ada, null, 1).get(0).state())
        .as("the card is tried at once")
        .isEqualTo(PaymentState.DECLINED);
    f.days(1);
    assertThat(count(ada, "grace.reminder")).isEqualTo(1);
    f.days(6);
    assertThat(f.engine.invoices().open(ada)).isEmpty();
    assertThat(f.engine.dunning().of(ada)).isEmpty();
  }

  @Test
  void aCustomerIsRemindedOfWhatWasGivenUpAndTakenUpAgain() {
    UUID ada = f.customer();
    UUID invoice = f.invoice(ada, "40.00");
    f.engine.settlement().settle(ada);
    f.engine.invoices().markUncollectible(ada, invoice, "gone");
    f.runDue();
    f.days(30);
    assertThat(count(ada, "grace.reminder")).isZero();
    f.engine.invoices().reinstate(ada, invoice, "found");
    f.runDue();
    f.days(1);
    assertThat(count(ada, "grace.reminder")).isEqualTo(1);
    f.days(13);
    assertThat(count(ada, "grace.ending")).isEqualTo(1);
  }

  @Test
  void aSuspendedCustomerCannotRestartByHimself() {
    UUID ada = f.customer();
    UUID vm = store(ada);
    invoice(ada, "40.00", vm);
    f.days(28);
    f.engine.subscriptions().pause(ada, vm);
    f.engine.subscriptions().resume(ada, vm);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.SUSPENDED);
  }

  @Test
  void weeksWithoutAClockDoNotSuspendAnyoneUnwarned() {
    UUID ada = f.customer();
    UUID vm = store(ada);
    invoice(ada, "40.00", vm);
    f.clock.advance(Duration.ofDays(99));
    f.days(1);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.ACTIVE);
    assertThat(count(ada, "grace.reminder")).isEqualTo(1);
    f.days(13);
    assertThat(count(ada, "grace.ending")).isEqualTo(1);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.ACTIVE);
    f.days(1);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.SUSPENDED);
  }

  @Test
  void aGroupHasAPolicyOfItsOwnAndStepsMayBeAboutProducts() {
    f.engine
        .dunning()
        .policies()
        .set(
            "strict",
            new GracePolicy(
                "strict",
                List.of(
                    Step.of(Action.WARN, 0),
                    new Step(Action.SUSPEND, 2, Set.of("store")),
                    Step.of(Action.WARN, 1),
                    Step.of(Action.SUSPEND, 4))),
            "tester");
    UUID ada = f.customer("strict");
    UUID vm = store(ada);
    UUID site = subscription(ada, "forge");
    invoice(ada, "40.00", vm, site);
    f.days(16);
    assertThat(status(ada, vm)).isEqualTo(SubscriptionStatus.SUSPENDED);
    assertThat(status(ada, site)).isEqualTo(SubscriptionStatus.ACTIVE);
    f.days(5);
    assertThat(status(ada, site)).isEqualTo(SubscriptionStatus.SUSPENDED);
  }
}
