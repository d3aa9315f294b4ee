package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.ALSO_GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.ASKS;
import static dev.innkeeper.billing.payment.PaymentFixture.FAILS_WHEN_CHARGED;
import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.sandbox.SandboxFault;
import dev.innkeeper.billing.payment.sandbox.SandboxProvider;
import dev.innkeeper.billing.payment.sandbox.SandboxWebhook;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettlementTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();

  /** Whatever happened: the books balance, and no charge is without its posting. */
  @AfterEach
  void theLedgerAgrees() {
    assertThat(f.engine.ledger().trialBalance().isBalanced()).isTrue();
    Amount gateway =
        f.engine
            .ledger()
            .balance(
                dev.innkeeper.billing.ledger.Accounts.gateway(SandboxProvider.CODE, Currency.EUR));
    Amount fees =
        f.engine
            .ledger()
            .balance(dev.innkeeper.billing.ledger.Accounts.fee(SandboxProvider.CODE, Currency.EUR));
    assertThat(gateway.plus(fees).minorUnits()).isEqualTo(f.takenBySandbox());
  }

  private InvoiceStatus status(UUID invoice) {
    return f.invoiceOf(ada, invoice).status();
  }

  @Test
  void mixesVoucherThenCashThenCardWhenAnInvoiceIsIssued() {
    f.card(ada, GOOD);
    f.topUp(ada, "20.00");
    f.voucher(ada, "5.00");
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
    assertThat(f.engine.payments().list(ada, null, 10))
        .extracting(p -> p.amount().toPlainString() + " " + p.state())
        .containsExactly("15.00 SUCCEEDED", "20.00 SUCCEEDED");
    assertThat(f.events(ada)).contains("payment.succeeded", "invoice.paid", "wallet.topped-up");
  }

  @Test
  void aVoucherThatCoversAllIsTakenFromTheVoucherAndNothingElseChanges() {
    f.card(ada, GOOD);
    f.topUp(ada, "20.00");
    f.voucher(ada, "50.00");
    UUID invoice = f.invoice(ada, "30.00");
    f.runDue();
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.wallet(ada)).isEqualTo("20.00 20.00 0.00");
  }

  @Test
  void payingFromVoucherAndCashLeavesTheRestOfTheCash() {
    f.card(ada, GOOD);
    f.topUp(ada, "50.00");
    f.voucher(ada, "10.00");
    f.invoice(ada, "40.00");
    f.runDue();
    assertThat(f.wallet(ada)).isEqualTo("20.00 0.00 0.00");
  }

  @Test
  void aDeclineMovesOnToTheNextCardAndADefiniteOneDisablesTheCard() {
    f.card(ada, GOOD);
    PaymentMethod second = f.card(ada, ALSO_GOOD);
    f.script(SandboxFault.HARD_DECLINE, SandboxFault.NONE);
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.engine.payments().list(ada, null, 10))
        .extracting(Payment::state)
        .containsExactly(PaymentState.SUCCEEDED, PaymentState.DECLINED);
    assertThat(f.engine.paymentMethods().list(ada))
        .extracting(PaymentMethod::disabledCode)
        .containsExactly("stolen_card", null);
    assertThat(f.engine.payments().list(ada, null, 10).get(0).methodId()).isEqualTo(second.id());
  }

  @Test
  void anUnknownOutcomeIsLookedUpAndNoOtherCardIsTriedMeanwhile() {
    f.card(ada, GOOD);
    f.card(ada, ALSO_GOOD);
    f.script(SandboxFault.TIMEOUT_AND_SLOW);
    UUID invoice = f.invoice(ada, "40.00");
    f.engine.settlement().settle(ada);
    f.sandbox().takeWebhooks(); // lost on their way
    f.runDue();
    f.engine.settlement().settle(ada);
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.OPEN);
    Payment payment = f.engine.payments().list(ada, null, 10).get(0);
    assertThat(f.engine.payments().list(ada, null, 10)).hasSize(1);
    assertThat(payment.state()).isEqualTo(PaymentState.UNKNOWN);
    f.clock.advance(Duration.ofHours(1));
    f.sandbox().reveal(payment.id());
    f.runDue();
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.takenBySandbox()).isEqualTo(4000);
  }

  @Test
  void aRequestThatNeverArrivedIsSentAgainUnderTheSameIdAndChargedOnce() {
    f.card(ada, GOOD);
    f.script(SandboxFault.TIMEOUT_BEFORE_CHARGE, SandboxFault.EXCEPTION);
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    f.clock.advance(Duration.ofMinutes(5));
    f.runDue();
    f.clock.advance(Duration.ofMinutes(30));
    f.runDue();
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.engine.payments().list(ada, null, 10)).hasSize(1);
    assertThat(f.takenBySandbox()).isEqualTo(4000);
  }

  @Test
  void aRequestOlderThanTheProvidersMemoryIsNeverSentAgain() {
    f.card(ada, GOOD);
    f.script(SandboxFault.TIMEOUT_BEFORE_CHARGE);
    UUID invoice = f.invoice(ada, "40.00");
    f.engine.settlement().settle(ada);
    f.clock.advance(Duration.ofHours(25));
    f.runDue();
    assertThat(f.engine.payments().list(ada, null, 10).get(0).state())
        .isEqualTo(PaymentState.CANCELLED);
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.OPEN);
    assertThat(f.takenBySandbox()).isZero();
  }

  @Test
  void theBanksQuestionGoesToTheCustomerAndTheAnswerPays() {
    f.card(ada, ASKS);
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    Payment waiting = f.engine.payments().list(ada, null, 1).get(0);
    assertThat(waiting.state()).isEqualTo(PaymentState.ACTION_REQUIRED);
    assertThat(waiting.actionUrl()).startsWith("/sandbox/authenticate/");
    f.sandbox()
        .authenticate(
            waiting.actionUrl().substring(waiting.actionUrl().lastIndexOf('/') + 1),
            SandboxProvider.Answer.APPROVED);
    f.engine.payments().refresh(ada, waiting.id());
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.PAID);
    f.runDue(); // the webhook comes second, and changes nothing
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
  }

  @Test
  void aWaitingQuestionGivesWayToMoneyThatCame() {
    f.card(ada, ASKS);
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    f.voucher(ada, "100.00");
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.wallet(ada)).isEqualTo("0.00 60.00 0.00");
    assertThat(f.engine.payments().list(ada, null, 1).get(0).state())
        .isEqualTo(PaymentState.CANCELLED);
  }

  @Test
  void aNewCardATopUpOrAVoucherSettlesWhatIsOpenAtOnce() {
    UUID byCard = f.invoice(ada, "40.00");
    f.runDue();
    assertThat(status(byCard)).isEqualTo(InvoiceStatus.OPEN);
    f.card(ada, GOOD);
    assertThat(status(byCard)).isEqualTo(InvoiceStatus.PAID);
    UUID bob = f.customer();
    UUID invoice = f.invoice(bob, "0.40");
    f.runDue();
    f.card(bob, GOOD);
    assertThat(f.invoiceOf(bob, invoice).status()).isEqualTo(InvoiceStatus.OPEN);
    f.topUp(bob, "5.00");
    assertThat(f.invoiceOf(bob, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.wallet(bob)).isEqualTo("4.60 0.00 0.00");
  }

  @Test
  void payingAPaidInvoiceOrSomeoneElsesIsRefused() {
    f.card(ada, GOOD);
    UUID invoice = f.invoice(ada, "40.00");
    f.engine.settlement().pay(ada, invoice, PaymentMix.ALL, "once");
    f.engine.settlement().pay(ada, invoice, PaymentMix.ALL, "once");
    assertThat(f.takenBySandbox()).isEqualTo(4000);
    assertThatThrownBy(() -> f.engine.settlement().pay(ada, invoice, PaymentMix.ALL, "again"))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("is paid");
    UUID bob = f.customer();
    assertThatThrownBy(() -> f.engine.settlement().pay(bob, invoice, PaymentMix.ALL, "theirs"))
        .isInstanceOf(NotFound.class);
  }

  @Test
  void theCustomerChoosesTheMix() {
    f.card(ada, GOOD);
    PaymentMethod second = f.card(ada, ALSO_GOOD);
    f.topUp(ada, "100.00");
    UUID invoice = f.invoice(ada, "40.00");
    f.engine
        .settlement()
        .pay(ada, invoice, new PaymentMix(Set.of(PaymentSource.CARD), second.id()), "by card two");
    assertThat(status(invoice)).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.wallet(ada)).isEqualTo("100.00 0.00 0.00");
    assertThat(f.engine.payments().list(ada, null, 1).get(0).methodId()).isEqualTo(second.id());
  }

  @Test
  void aTopUpSentTwiceIsOneAndADeclinedOneGivesNothing() {
    f.card(ada, GOOD);
    Payment first = f.engine.topUps().topUp(ada, eur("10.00"), null, "same");
    assertThat(f.engine.topUps().topUp(ada, eur("10.00"), null, "same").id()).isEqualTo(first.id());
    assertThatThrownBy(() -> f.engine.topUps().topUp(ada, eur("11.00"), null, "same"))
        .isInstanceOf(Conflict.class);
    f.script(SandboxFault.SOFT_DECLINE);
    assertThat(f.topUp(ada, "10.00").state()).isEqualTo(PaymentState.DECLINED);
    assertThat(f.wallet(ada)).isEqualTo("10.00 0.00 0.00");
    for (String wrong : List.of("0.49", "-1.00", "0.00", "1000000.00")) {
      assertThatThrownBy(() -> f.topUp(ada, wrong)).isInstanceOf(InvalidInput.class);
    }
  }

  @Test
  void aTopUpThatIsToldTwiceWithinMillisecondsIsBookedOnce() throws Exception {
    f.card(ada, GOOD);
    f.sandbox().takeWebhooks();
    f.script(SandboxFault.TIMEOUT_AFTER_CHARGE);
    Payment payment = f.topUp(ada, "10.00");
    assertThat(payment.state()).isEqualTo(PaymentState.UNKNOWN);
    SandboxWebhook webhook = f.sandbox().takeWebhooks().get(0);
    List<Callable<Object>> tellers =
        IntStream.range(0, 8)
            .<Callable<Object>>mapToObj(
                i ->
                    i % 2 == 0
                        ? () -> f.engine.payments().refresh(ada, payment.id())
                        : () ->
                            f.engine
                                .payments()
                                .receiveWebhook("sandbox", webhook.headers(), webhook.body()))
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (var done : threads.invokeAll(tellers)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(f.wallet(ada)).isEqualTo("10.00 0.00 0.00");
    assertThat(f.events(ada).stream().filter("wallet.topped-up"::equals)).hasSize(1);
  }

  @Test
  void forgedStaleAndHugeWebhooksAreRejected() {
    f.card(ada, GOOD);
    f.topUp(ada, "10.00");
    SandboxWebhook webhook = f.sandbox().takeWebhooks().get(0);
    Payments payments = f.engine.payments();
    byte[] forged = webhook.body().clone();
    forged[10]++;
    assertThat(payments.receiveWebhook("sandbox", webhook.headers(), forged))
        .isInstanceOf(WebhookReceipt.Rejected.class);
    assertThat(payments.receiveWebhook("sandbox", Map.of(), webhook.body()))
        .isInstanceOf(WebhookReceipt.Rejected.class);
    assertThat(payments.receiveWebhook("sandbox", webhook.headers(), new byte[1 << 20]))
        .isInstanceOf(WebhookReceipt.Rejected.class);
    assertThat(payments.receiveWebhook("sandbox", webhook.headers(), webhook.body()))
        .isEqualTo(new WebhookReceipt.Accepted(1));
    assertThat(payments.receiveWebhook("sandbox", webhook.headers(), webhook.body()))
        .isEqualTo(new WebhookReceipt.Accepted(0));
    f.clock.advance(Duration.ofMinutes(6));
    assertThat(payments.receiveWebhook("sandbox", webhook.headers(), webhook.body()))
        .isInstanceOf(WebhookReceipt.Rejected.class);
  }

  @Test
  void cardsAreVerifiedUniqueAndOrdered() {
    PaymentMethods methods = f.engine.paymentMethods();
    assertThat(methods.add(ada, "sandbox", "4000000000000002", null))
        .isEqualTo(new AddMethodResult.Refused("card_declined", "The card was declined."));
    assertThat(methods.add(ada, "sandbox", "4242424242424242:01/2020", null))
        .isEqualTo(new AddMethodResult.Refused("expired_card", "The card has expired."));
    PaymentMethod first = f.card(ada, GOOD);
    PaymentMethod second = f.card(ada, FAILS_WHEN_CHARGED);
    assertThat(((AddMethodResult.Refused) methods.add(ada, "sandbox", GOOD, null)).code())
        .isEqualTo("card-exists");
    methods.makeDefault(ada, second.id());
    assertThat(methods.list(ada))
        .extracting(PaymentMethod::id)
        .containsExactly(second.id(), first.id());
    methods.remove(ada, first.id());
    assertThat(f.card(ada, GOOD).id()).isNotEqualTo(first.id());
  }

  @Test
  void theLastCardStaysWhileSomethingIsOwed() {
    PaymentMethod card = f.card(ada, FAILS_WHEN_CHARGED);
    f.invoice(ada, "40.00");
    f.runDue();
    assertThatThrownBy(() -> f.engine.paymentMethods().remove(ada, card.id()))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("last card");
    f.card(ada, GOOD);
    f.engine.paymentMethods().remove(ada, card.id());
  }

  @Test
  void mayDeployWithACardOrWithEnoughInTheWallet() {
    DeployGate gate = f.engine.deployGate();
    assertThat(gate.check(ada, eur("5.00"))).isInstanceOf(DeployDecision.Refused.class);
    f.voucher(ada, "4.99");
    assertThat(((DeployDecision.Refused) gate.check(ada, eur("5.00"))).message())
        .contains("4.99 EUR", "5.00 EUR");
    f.voucher(ada, "0.01");
    assertThat(gate.check(ada, eur("5.00"))).isInstanceOf(DeployDecision.Allowed.class);
    UUID bob = f.customer();
    f.card(bob, FAILS_WHEN_CHARGED);
    assertThat(gate.check(bob, eur("5.00"))).isInstanceOf(DeployDecision.Allowed.class);
    f.invoice(bob, "40.00");
    f.days(14);
    assertThat(((DeployDecision.Refused) gate.check(bob, eur("5.00"))).code())
        .isEqualTo("invoice-overdue");
  }
}
