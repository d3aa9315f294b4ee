package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.audit.AuditReport;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.OutgoingResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.ProviderNotice;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeChanged;
import dev.innkeeper.billing.payment.spi.ProviderNotice.DisputeState;
import dev.innkeeper.billing.payment.spi.ProviderNotice.RefundChanged;
import dev.innkeeper.billing.payment.spi.WebhookResult;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.testing.TestDatabase;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Money that is taken back and comes back after all, in parts and several times, which the sandbox
 * does not do: its notices are made up here.
 */
class TakenBackTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();
  private List<ProviderNotice> notices = List.of();
  private boolean refundsAnswer = true;
  private int told;
  private final BillingEngine engine =
      BillingEngine.builder()
          .dataSource(f.dataSource)
          .schema(TestDatabase.SCHEMA)
          .clock(f.clock)
          .paymentProvider(provider())
          .build();

  private PaymentProvider provider() {
    return Interposed.on(
        PaymentProvider.class,
        (method, arguments) ->
            switch (method.getName()) {
              case "code" -> "odd";
              case "parseWebhook" -> new WebhookResult.Accepted(notices);
              case "refund" ->
                  refundsAnswer
                      ? Interposed.invoke(f.sandbox(), method, arguments)
                      : new OutgoingResult.Unknown("no answer");
              default -> Interposed.invoke(f.sandbox(), method, arguments);
            });
  }

  @AfterEach
  void theBooksAreRight() {
    AuditReport report = engine.audit().run();
    assertThat(report.clean()).as(report.toString()).isTrue();
    engine.close();
  }

  private Payment topUp(String amount) {
    if (engine.paymentMethods().list(ada).isEmpty()) {
      engine.paymentMethods().add(ada, new NewMethod("odd", GOOD, null), "card");
    }
    return engine.topUps().topUp(ada, eur(amount), null, "top-up-" + ++told);
  }

  private Payout payOut(String amount) {
    return engine.payouts().request(ada, eur(amount), "asked", "boss", "payout-" + ++told);
  }

  /** Settled as far as that goes. */
  private Invoice invoice(String amount) {
    Invoice invoice =
        engine
            .invoices()
            .custom(
                new NewInvoice(
                    ada,
                    Currency.EUR,
                    List.of(NewInvoice.Line.of("Work", new BigDecimal(amount))),
                    null,
                    null),
                "invoice");
    engine.settlement().settle(ada);
    return invoice;
  }

  private void dispute(Payment payment, String name, DisputeState state, String amount) {
    f.clock.advance(Duration.ofMinutes(1));
    tell(
        new DisputeChanged(
            "n" + ++told,
            name,
            String.valueOf(payment.reference()),
            state,
            eur(amount),
            eur("0.00")));
  }

  private void refund(Payment payment, UUID refundId, OutgoingResult result, String amount) {
    f.clock.advance(Duration.ofMinutes(1));
    tell(
        new RefundChanged(
            "n" + ++told,
            refundId,
            "re_1",
            String.valueOf(payment.reference()),
            eur(amount),
            result));
  }

  private void tell(ProviderNotice notice) {
    notices = List.of(notice);
    assertThat(engine.payments().receiveWebhook("odd", Map.of(), new byte[0]))
        .isEqualTo(new WebhookReceipt.Accepted(1));
  }

  private Amount writtenOff() {
    return engine.ledger().balance(Accounts.writeoff(Currency.EUR));
  }

  @Test
  void whatTheHouseWroteOffIsMadeGoodBeforeTheCustomerHasMoneyAgain() {
    Payment payment = topUp("100.00");
    payOut("100.00");
    dispute(payment, "a", DisputeState.OPENED, "100.00");
    assertThat(writtenOff()).isEqualTo(eur("100.00"));
    dispute(payment, "a", DisputeState.WON, "100.00");
    assertThat(writtenOff()).isEqualTo(eur("0.00"));
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
  }

  @Test
  void whatCameFromTheWalletOrWasPaidAnewIsInTheWalletAgain() {
    Payment payment = topUp("100.00");
    Invoice invoice = invoice("30.00");
    payOut("50.00");
    dispute(payment, "a", DisputeState.OPENED, "100.00");
    assertThat(writtenOff()).isEqualTo(eur("50.00"));
    assertThat(f.wallet(ada)).as("the card paid the invoice again").isEqualTo("0.00 0.00 0.00");
    assertThat(f.events(ada)).contains("invoice.reopened");
    assertThat(f.invoiceOf(ada, invoice.id()).status()).isEqualTo(InvoiceStatus.PAID);
    dispute(payment, "a", DisputeState.WON, "100.00");
    assertThat(writtenOff()).isEqualTo(eur("0.00"));
    assertThat(f.wallet(ada)).isEqualTo("50.00 0.00 0.00");
  }

  /** Had the first dispute not been, the second would have found its cash. */
  @Test
  void moneyThatComesBackMakesGoodWhatWasWrittenOffForWantOfIt() {
    Payment payment = topUp("100.00");
    payOut("50.00");
    dispute(payment, "a", DisputeState.OPENED, "60.00");
    dispute(payment, "b", DisputeState.OPENED, "40.00");
    assertThat(writtenOff()).isEqualTo(eur("50.00"));
    dispute(payment, "a", DisputeState.WON, "60.00");
    assertThat(writtenOff()).isEqualTo(eur("0.00"));
    assertThat(f.wallet(ada)).isEqualTo("10.00 0.00 0.00");
    dispute(payment, "b", DisputeState.WON, "40.00");
    assertThat(f.wallet(ada)).isEqualTo("50.00 0.00 0.00");
  }

  @Test
  void whatWasLostBeforeIsNotPaidByMoneyThatCameLater() {
    Payment first = topUp("60.00");
    payOut("60.00");
    dispute(first, "a", DisputeState.OPENED, "60.00");
    dispute(first, "a", DisputeState.LOST, "60.00");
    Payment second = topUp("40.00");
    dispute(second, "b", DisputeState.OPENED, "40.00");
    dispute(second, "b", DisputeState.WON, "40.00");
    assertThat(writtenOff()).isEqualTo(eur("60.00"));
    assertThat(f.wallet(ada)).isEqualTo("40.00 0.00 0.00");
  }

  @Test
  void aRefundMadeElsewhereThatFailsMakesGoodWhatWasWrittenOff() {
    Payment payment = topUp("100.00");
    payOut("70.00");
    refund(payment, null, new OutgoingResult.Succeeded("re_1"), "100.00");
    assertThat(writtenOff()).isEqualTo(eur("70.00"));
    refund(payment, null, new OutgoingResult.Refused("failed", "the card is gone"), "100.00");
    assertThat(writtenOff()).isEqualTo(eur("0.00"));
    assertThat(f.wallet(ada)).isEqualTo("30.00 0.00 0.00");
  }

  @Test
  void aRefundThatIsRefusedBecauseTheBankWasFasterLeavesNothingWrittenOff() {
    Payment payment = topUp("100.00");
    refundsAnswer = false;
    Refund refund = engine.refunds().refund(ada, payment.id(), eur("100.00"), "asked", "r");
    dispute(payment, "a", DisputeState.OPENED, "100.00");
    assertThat(writtenOff()).isEqualTo(eur("100.00"));
    refund(payment, refund.id(), new OutgoingResult.Refused("disputed", "disputed"), "100.00");
    assertThat(writtenOff()).isEqualTo(eur("0.00"));
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
  }

  @Test
  void whatIsPutBackPaysWhatIsOpen() {
    Payment payment = topUp("100.00");
    engine.paymentMethods().remove(ada, engine.paymentMethods().list(ada).get(0).id());
    refundsAnswer = false;
    Refund refund = engine.refunds().refund(ada, payment.id(), eur("100.00"), "asked", "r");
    Invoice invoice = invoice("30.00");
    refund(payment, refund.id(), new OutgoingResult.Refused("expired", "no such card"), "100.00");
    assertThat(f.invoiceOf(ada, invoice.id()).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.wallet(ada)).isEqualTo("70.00 0.00 0.00");
  }

  @Test
  void aPayoutThatIsCalledOffMakesGoodWhatWasWrittenOffForWantOfIt() {
    Payment payment = topUp("100.00");
    Payout payout = payOut("70.00");
    dispute(payment, "a", DisputeState.OPENED, "60.00");
    dispute(payment, "a", DisputeState.LOST, "60.00");
    assertThat(writtenOff()).isEqualTo(eur("30.00"));
    engine.payouts().cancel(ada, payout.id(), "boss");
    assertThat(writtenOff()).isEqualTo(eur("0.00"));
    assertThat(f.wallet(ada)).isEqualTo("40.00 0.00 0.00");
  }

  @Test
  void everyDisputeThatIsNotWonKeepsItsPartFromBeingRefunded() {
    Payment payment = topUp("100.00");
    dispute(payment, "a", DisputeState.OPENED, "40.00");
    dispute(payment, "a", DisputeState.LOST, "40.00");
    dispute(payment, "b", DisputeState.OPENED, "30.00");
    assertThat(engine.payments().get(ada, payment.id()).disputed()).isEqualTo(eur("70.00"));
    dispute(payment, "b", DisputeState.WON, "30.00");
    assertThat(engine.payments().get(ada, payment.id()).disputed()).isEqualTo(eur("40.00"));
    topUp("50.00");
    assertThatThrownBy(
            () -> engine.refunds().refund(ada, payment.id(), eur("60.01"), "too much", "r"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("not-refundable"));
  }
}
