package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.sandbox.SandboxFault;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An invoice is paid in another way, or needs no payment any more, before a card is charged. */
class NoLongerNeededTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();
  private final PaymentMethod card = f.card(ada, GOOD);
  private final UUID invoice =
      f.engine
          .invoices()
          .custom(
              new NewInvoice(
                  ada,
                  Currency.EUR,
                  List.of(NewInvoice.Line.of("Work", new BigDecimal("50.00"))),
                  null,
                  null),
              "invoice")
          .id();

  @AfterEach
  void close() {
    assertThat(f.engine.ledger().trialBalance().isBalanced()).isTrue();
    f.close();
  }

  /** In a caller's transaction nothing is charged. */
  private void inTransaction(Runnable work) throws SQLException {
    try (Connection connection = f.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      f.engine.in(
          connection,
          () -> {
            work.run();
            return true;
          });
      connection.commit();
    }
  }

  private void transfer(String amount) {
    f.engine
        .externalPayments()
        .record(
            ada,
            NewExternalPayment.bankTransfer(eur(amount), "TX-" + amount, f.clock.instant())
                .forInvoice(invoice),
            "boss",
            "transfer");
  }

  /** Leaves an attempt of which nobody can tell, and which the provider never heard of. */
  private void requestIsLost() {
    f.script(SandboxFault.TIMEOUT_BEFORE_CHARGE);
    f.engine.settlement().settle(ada);
    assertThat(states()).containsExactly("50.00 UNKNOWN");
  }

  private void providerIsBack() {
    f.clock.advance(Duration.ofMinutes(5));
    f.runDue();
  }

  private List<String> states() {
    return f.engine.payments().list(ada, null, 10).stream()
        .map(p -> p.amount().toPlainString() + " " + p.state())
        .toList();
  }

  @Test
  void aLostRequestIsNotSentAgainForAnInvoiceThatIsPaid() {
    requestIsLost();
    transfer("50.00");
    providerIsBack();
    assertThat(states()).containsExactly("50.00 CANCELLED");
    assertThat(f.takenBySandbox()).isZero();
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
  }

  @Test
  void norForOneThatIsVoid() {
    requestIsLost();
    f.engine.invoices().voidInvoice(ada, invoice, "a mistake");
    providerIsBack();
    assertThat(states()).containsExactly("50.00 CANCELLED");
    assertThat(f.takenBySandbox()).isZero();
  }

  @Test
  void norForOneThatIsGivenUpAndTheCardPaysWhenItIsTakenUpAgain() {
    requestIsLost();
    f.engine.invoices().markUncollectible(ada, invoice, "gone");
    assertThat(f.engine.payments().refresh(ada, attempt().id()).state())
        .isEqualTo(PaymentState.CANCELLED);
    f.engine.invoices().reinstate(ada, invoice, "here again");
    f.engine.settlement().settle(ada);
    assertThat(states()).containsExactly("50.00 SUCCEEDED", "50.00 CANCELLED");
    assertThat(f.takenBySandbox()).isEqualTo(5_000);
  }

  @Test
  void theSameCardPaysWhatIsStillOpen() {
    requestIsLost();
    transfer("20.00");
    providerIsBack();
    assertThat(states()).containsExactly("30.00 SUCCEEDED", "50.00 CANCELLED");
    assertThat(attempt().methodId()).isEqualTo(card.id());
    assertThat(f.invoiceOf(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.takenBySandbox()).isEqualTo(3_000);
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
  }

  @Test
  void whatIsRecordedAndNotAskedForYetIsHeldAgainstTheInvoiceToo() throws SQLException {
    inTransaction(
        () -> {
          f.engine.settlement().settle(ada);
          transfer("20.00");
        });
    assertThat(states()).containsExactly("50.00 RECORDED");
    f.runDue();
    assertThat(states()).containsExactly("30.00 SUCCEEDED", "50.00 CANCELLED");
    assertThat(f.invoiceOf(ada, invoice).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.takenBySandbox()).isEqualTo(3_000);
  }

  @Test
  void aLostTopUpIsSentAgain() {
    transfer("50.00");
    f.script(SandboxFault.TIMEOUT_BEFORE_CHARGE);
    assertThat(f.topUp(ada, "10.00").state()).isEqualTo(PaymentState.UNKNOWN);
    providerIsBack();
    assertThat(states()).containsExactly("10.00 SUCCEEDED");
    assertThat(f.wallet(ada)).isEqualTo("10.00 0.00 0.00");
  }

  private Payment attempt() {
    return f.engine.payments().list(ada, null, 1).get(0);
  }
}
