package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.payment.sandbox.SandboxFault;
import dev.innkeeper.billing.payment.sandbox.SandboxWebhook;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.promotion.NewVoucherBatch;
import dev.innkeeper.billing.time.Interval;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Refunds, disputes, expiring credit, low wallets. */
class MoneyBackTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();

  @AfterEach
  void providerAndBooksAgree() {
    f.runDue();
    assertThat(f.engine.ledger().trialBalance().isBalanced()).isTrue();
    Interval all =
        new Interval(
            f.clock.instant().minus(Duration.ofDays(3_650)),
            f.clock.instant().plus(Duration.ofDays(1)));
    assertThat(f.engine.reconciliation().compare("sandbox", all).differences()).isEmpty();
  }

  private Payment paidByCard(String amount) {
    f.invoice(ada, amount);
    f.engine.settlement().settle(ada);
    return f.engine.payments().list(ada, null, 1).get(0);
  }

  private void deliver(List<SandboxWebhook> webhooks) {
    for (SandboxWebhook webhook : webhooks) {
      assertThat(f.engine.payments().receiveWebhook("sandbox", webhook.headers(), webhook.body()))
          .isInstanceOf(WebhookReceipt.Accepted.class);
    }
  }

  @Test
  void cashGoesBackToTheCardInPartsAndNeverMoreThanCame() {
    f.card(ada, GOOD);
    Payment payment = f.topUp(ada, "50.00");
    Refunds refunds = f.engine.refunds();
    assertThat(refunds.refund(ada, payment.id(), eur("20.00"), "asked", "1").state())
        .isEqualTo(Refund.State.SUCCEEDED);
    refunds.refund(ada, payment.id(), eur("20.00"), "asked", "1");
    assertThat(f.wallet(ada)).isEqualTo("30.00 0.00 0.00");
    assertThatThrownBy(() -> refunds.refund(ada, payment.id(), eur("30.01"), "too much", "2"))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("30.00 EUR");
    f.invoice(ada, "25.00");
    f.engine.settlement().settle(ada);
    assertThatThrownBy(() -> refunds.refund(ada, payment.id(), eur("10.00"), "spent", "3"))
        .isInstanceOf(NotAllowed.class);
    f.voucher(ada, "100.00");
    assertThatThrownBy(() -> refunds.refund(ada, payment.id(), eur("10.00"), "credit", "4"))
        .as("voucher credit never becomes cash")
        .isInstanceOf(NotAllowed.class);
    assertThat(f.wallet(ada)).isEqualTo("5.00 100.00 0.00");
  }

  @Test
  void aProviderSendsAPayoutOnceAndNothingElseDoes() {
    f.card(ada, GOOD);
    f.topUp(ada, "50.00");
    f.voucher(ada, "100.00");
    Payouts payouts = f.engine.payouts();
    UUID id = payouts.request(ada, eur("20.00"), "asked", "boss", "1").id();
    assertThatThrownBy(() -> payouts.send(ada, id, "nobody", "partner", "boss"))
        .isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> payouts.send(ada, id, "sandbox", " ", "boss"))
        .isInstanceOf(InvalidInput.class);
    Payout sent = payouts.send(ada, id, "sandbox", "partner", "boss");
    assertThat(sent.state()).isEqualTo(Payout.State.SENT);
    assertThat(sent.channel()).isEqualTo("sandbox");
    assertThat(payouts.send(ada, id, "sandbox", "partner", "boss")).isEqualTo(sent);
    assertThatThrownBy(() -> payouts.send(ada, id, "sandbox", "somebody else", "boss"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("payout-sent"));
    assertThatThrownBy(() -> payouts.cancel(ada, id, "boss")).isInstanceOf(NotAllowed.class);
    assertThat(f.wallet(ada)).isEqualTo("30.00 100.00 0.00");
    assertThat(f.events(ada)).filteredOn("payout.sent"::equals).hasSize(1);
    assertThat(f.engine.ledger().balance(Payouts.payable(sent.amount().currency())).isZero())
        .isTrue();

    UUID cancelled = payouts.request(ada, eur("5.00"), "asked", "boss", "2").id();
    payouts.cancel(ada, cancelled, "boss");
    assertThatThrownBy(() -> payouts.send(ada, cancelled, "sandbox", "partner", "boss"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("payout-cancelled"));
    assertThat(f.wallet(ada)).isEqualTo("30.00 100.00 0.00");
  }

  @Test
  void aRefundTheProviderRefusesIsPutBack() {
    f.card(ada, GOOD);
    Payment payment = f.topUp(ada, "50.00");
    f.sandbox().refundOutside(payment.reference(), eur("40.00"));
    List<SandboxWebhook> late = f.sandbox().takeWebhooks();
    assertThat(f.engine.refunds().refund(ada, payment.id(), eur("50.00"), "all", "1").state())
        .isEqualTo(Refund.State.REFUSED);
    assertThat(f.wallet(ada)).isEqualTo("50.00 0.00 0.00");
    deliver(late);
    deliver(late);
    assertThat(f.wallet(ada)).isEqualTo("10.00 0.00 0.00");
    assertThat(f.engine.payments().get(ada, payment.id()).refundable()).isEqualTo(eur("10.00"));
  }

  @Test
  void aDisputeOpensTheInvoiceAgainAndWinningItPaysIt() {
    f.card(ada, GOOD);
    Payment payment = paidByCard("40.00");

    f.sandbox().takeWebhooks();
    f.script(SandboxFault.SOFT_DECLINE);
    f.sandbox().dispute(payment.reference(), DisputeState.OPENED);
    List<SandboxWebhook> opened = f.sandbox().takeWebhooks();
    deliver(opened);
    deliver(opened);
    assertThat(f.invoiceOf(ada, payment.invoiceId()).status()).isEqualTo(InvoiceStatus.OPEN);
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 40.00");
    assertThat(f.engine.payments().get(ada, payment.id()).refundable().isZero()).isTrue();
    f.sandbox().dispute(payment.reference(), DisputeState.WON);
    deliver(f.sandbox().takeWebhooks());
    deliver(opened);
    assertThat(f.invoiceOf(ada, payment.invoiceId()).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
  }

  @Test
  void aLostDisputeAboutSpentMoneyOpensWhatItPaid() {
    f.card(ada, GOOD);
    Payment topUp = f.topUp(ada, "50.00");
    UUID invoice = f.invoice(ada, "40.00");
    f.engine.settlement().settle(ada);
    f.sandbox().takeWebhooks();
    f.script(SandboxFault.SOFT_DECLINE);
    f.sandbox().dispute(topUp.reference(), DisputeState.OPENED);
    f.sandbox().dispute(topUp.reference(), DisputeState.LOST);
    List<SandboxWebhook> both = f.sandbox().takeWebhooks();
    deliver(List.of(both.get(1), both.get(0))); // lost before opened
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 40.00");
    assertThat(f.invoiceOf(ada, invoice).open()).isEqualTo(eur("40.00"));
    assertThat(f.events(ada)).contains("payment.disputed", "payment.dispute-closed");
  }

  @Test
  void unspentCreditExpiresAndSpentCreditDoesNot() {
    expiring("10.00", 30);
    expiring("20.00", 60);
    f.invoice(ada, "4.00");
    f.engine.settlement().settle(ada);
    f.clock.advance(Duration.ofDays(30));
    f.runDue();
    assertThat(f.wallet(ada)).isEqualTo("0.00 20.00 0.00");
    f.clock.advance(Duration.ofDays(30));
    f.runDue();
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
    assertThat(f.events(ada).stream().filter("voucher.expired"::equals)).hasSize(2);
  }

  private void expiring(String amount, int days) {
    UUID batch =
        f.engine
            .vouchers()
            .issue(NewVoucherBatch.of("x", eur(amount), 1).withCreditDays(days), "t", amount)
            .id();
    f.engine
        .vouchers()
        .redeem(ada, f.engine.vouchers().codes(batch, null, 1).get(0).code(), amount);
  }

  @Test
  void aLowWalletIsToldOnceAndFilledOnceWhileATopUpIsPending() {
    f.card(ada, GOOD);
    f.topUp(ada, "20.00");
    f.sandbox().takeWebhooks();
    f.engine.walletRules().set(ada, WalletRule.warnBelow(eur("15.00")).withTopUp(eur("30.00")));
    f.script(SandboxFault.TIMEOUT_AND_SLOW);
    f.invoice(ada, "10.00");
    for (int i = 0; i < 5; i++) {
      f.engine.settlement().settle(ada);
      f.clock.advance(Duration.ofMinutes(5));
    }
    assertThat(f.events(ada).stream().filter("wallet.low"::equals)).hasSize(1);
    List<Payment> payments = f.engine.payments().list(ada, null, 10);
    assertThat(payments).hasSize(2);
    f.sandbox().reveal(payments.get(0).id());
    f.engine.payments().refresh(ada, payments.get(0).id());
    assertThat(f.wallet(ada)).isEqualTo("40.00 0.00 0.00");
  }
}
