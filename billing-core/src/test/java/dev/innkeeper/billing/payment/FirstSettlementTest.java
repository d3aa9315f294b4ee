package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.payment.sandbox.SandboxFault;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is issued is tried once by due work, whatever else was done about it before. */
class FirstSettlementTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();

  @AfterEach
  void close() {
    f.close();
  }

  @Test
  void anInvoiceWithAPageFromTheStartIsDueForSettlementOnce() {
    UUID invoice = f.invoice(ada, "40.00");
    try (BillingEngine engine = ProviderWithPages.engine(f)) {
      Payment page = engine.settlement().payOnPage(ada, invoice, ProviderWithPages.PAGE, "page");
      assertThat(page.state()).isEqualTo(PaymentState.ACTION_REQUIRED);
      assertThat(engine.runDue(Duration.ofSeconds(5)).done()).containsEntry("settlement", 1);
      assertThat(engine.runDue(Duration.ofSeconds(5)).done()).containsEntry("settlement", 0);
      assertThat(engine.payments().get(ada, page.id()).state())
          .isEqualTo(PaymentState.ACTION_REQUIRED);
    }
  }

  @Test
  void payingOneInvoiceDoesNotCountAsTryingTheOthers() {
    f.card(ada, GOOD);
    UUID chosen = f.invoice(ada, "40.00");
    UUID other = f.invoice(ada, "30.00");
    f.script(SandboxFault.TIMEOUT_BEFORE_CHARGE);
    f.engine.settlement().pay(ada, chosen, PaymentMix.ALL, "chosen");
    f.runDue();
    assertThat(f.invoiceOf(ada, other).status()).isEqualTo(InvoiceStatus.PAID);
  }
}
