package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.ALSO_GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.ASKS;
import static dev.innkeeper.billing.payment.PaymentFixture.FAILS_WHEN_CHARGED;
import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.problem.BillingException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits for its customer: it is called off for something better, and for nothing else. */
class WaitingForTheBankTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();

  @AfterEach
  void close() {
    f.close();
  }

  private Payment waiting(UUID invoice) {
    Payment payment = f.engine.payments().list(ada, null, 1).get(0);
    assertThat(payment.state()).isEqualTo(PaymentState.ACTION_REQUIRED);
    assertThat(payment.invoiceId()).isEqualTo(invoice);
    return payment;
  }

  private PaymentState state(Payment payment) {
    return f.engine.payments().get(ada, payment.id()).state();
  }

  private void pay(UUID invoice, PaymentMix mix, String key) {
    f.engine.settlement().pay(ada, invoice, mix, key);
  }

  @Test
  void aRepeatWithTheSameKeyLeavesTheBanksQuestionOpen() {
    f.card(ada, ASKS);
    UUID invoice = f.invoice(ada, "40.00");
    pay(invoice, PaymentMix.ALL, "same");
    Payment waiting = waiting(invoice);
    pay(invoice, PaymentMix.ALL, "same");
    assertThat(f.engine.payments().list(ada, null, 10)).containsExactly(waiting);
  }

  @Test
  void aRepeatWithTheSameKeyLeavesThePageOpen() {
    UUID invoice = f.invoice(ada, "40.00");
    try (BillingEngine engine = ProviderWithPages.engine(f)) {
      Payment page = engine.settlement().payOnPage(ada, invoice, ProviderWithPages.PAGE, "same");
      engine
          .externalPayments()
          .record(
              ada,
              NewExternalPayment.bankTransfer(eur("5.00"), "TX", f.clock.instant())
                  .forInvoice(invoice),
              "boss",
              "transfer");
      assertThat(engine.settlement().payOnPage(ada, invoice, ProviderWithPages.PAGE, "same"))
          .isEqualTo(page);
    }
  }

  @Test
  void aRequestThatIsRefusedOrPaysNothingLeavesTheBanksQuestionOpen() {
    PaymentMethod asks = f.card(ada, ASKS);
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    Payment waiting = waiting(invoice);
    PaymentMix unknownCard = PaymentMix.withCard(UUID.randomUUID());
    assertThatThrownBy(() -> pay(invoice, unknownCard, "unknown"))
        .isInstanceOfSatisfying(
            BillingException.class,
            e -> assertThat(e.code()).isEqualTo("payment-method-not-found"));
    pay(invoice, new PaymentMix(Set.of(PaymentSource.VOUCHER), null), "from nothing");
    pay(invoice, PaymentMix.ALL, "no other card");
    assertThat(state(waiting)).isEqualTo(PaymentState.ACTION_REQUIRED);
    pay(invoice, PaymentMix.withCard(asks.id()), "asked again");
    assertThat(state(waiting)).isEqualTo(PaymentState.CANCELLED);
    assertThat(waiting(invoice).methodId()).isEqualTo(asks.id());
  }

  @Test
  void theBanksQuestionGivesWayToTheCardThatTheCustomerChooses() {
    PaymentMethod good = f.card(ada, GOOD);
    f.engine.paymentMethods().makeDefault(ada, f.card(ada, ASKS).id());
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    Payment waiting = waiting(invoice);
    pay(invoice, PaymentMix.withCard(good.id()), "chosen");
    assertThat(state(waiting)).isEqualTo(PaymentState.CANCELLED);
    assertThat(f.invoiceOf(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
  }

  @Test
  void aCardThatWasDeclinedForTheInvoiceIsNoOtherWay() {
    f.card(ada, FAILS_WHEN_CHARGED);
    f.card(ada, ASKS);
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    Payment waiting = waiting(invoice);
    f.clock.advance(Duration.ofHours(1));
    f.engine.settlement().settle(ada);
    assertThat(state(waiting)).isEqualTo(PaymentState.ACTION_REQUIRED);
    f.card(ada, GOOD);
    assertThat(state(waiting)).isEqualTo(PaymentState.CANCELLED);
    assertThat(f.invoiceOf(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
  }

  @Test
  void neitherIsACardOfAProviderThatIsGone() {
    f.card(ada, GOOD);
    f.engine.paymentMethods().makeDefault(ada, f.card(ada, ASKS).id());
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    Payment waiting = waiting(invoice);
    f.db.run(
        handle ->
            handle.execute("update @.payment_method set provider = 'gone' where last4 = '4242'"));
    f.engine.settlement().settle(ada);
    assertThat(state(waiting)).isEqualTo(PaymentState.ACTION_REQUIRED);
  }

  @Test
  void moneyThatDoesNotReachIsNoOtherWayAndMoneyThatReachesIs() {
    f.card(ada, ASKS);
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    Payment waiting = waiting(invoice);
    f.voucher(ada, "39.99");
    assertThat(state(waiting)).isEqualTo(PaymentState.ACTION_REQUIRED);
    f.voucher(ada, "0.01");
    assertThat(state(waiting)).isEqualTo(PaymentState.CANCELLED);
    assertThat(f.invoiceOf(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
  }

  @Test
  void aQuestionAboutAnInvoiceThatIsPaidIsCalledOff() {
    f.card(ada, ASKS);
    UUID invoice = f.invoice(ada, "40.00");
    f.runDue();
    Payment waiting = waiting(invoice);
    f.engine
        .externalPayments()
        .record(
            ada,
            NewExternalPayment.bankTransfer(eur("40.00"), "TX", f.clock.instant())
                .forInvoice(invoice),
            "boss",
            "transfer");
    assertThat(state(waiting)).isEqualTo(PaymentState.CANCELLED);
  }

  @Test
  void aCardThatIsAddedTakesOverFromAPage() {
    UUID invoice = f.invoice(ada, "40.00");
    try (BillingEngine engine = ProviderWithPages.engine(f)) {
      Payment page = engine.settlement().payOnPage(ada, invoice, ProviderWithPages.PAGE, "page");
      engine.paymentMethods().add(ada, "sandbox", ALSO_GOOD, null);
      assertThat(state(page)).isEqualTo(PaymentState.CANCELLED);
      assertThat(f.invoiceOf(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }
  }
}
