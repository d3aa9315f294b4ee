package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SettlementsTest {
  private final InvoiceFixture fixture = new InvoiceFixture();
  private final Invoices invoices = fixture.invoices;
  private final Customer ada = fixture.customer("Ada");

  private Invoice issue(Customer customer, String amount) {
    return fixture.custom(customer, amount);
  }

  private static InvoicePayment payment(Invoice invoice, String amount, PaymentSource source) {
    return new InvoicePayment(
        invoice.customerId(), invoice.id(), Amount.parse(amount, Currency.EUR), source);
  }

  private void settle(InvoicePayment... payments) {
    fixture.tx(() -> invoices.settle(List.of(payments)));
  }

  @Test
  void voucherCashAndCardTogetherPayAnInvoice() {
    Invoice invoice = issue(ada, "10.00");
    assertThat(invoice.number()).isEqualTo("INV-2026-000001");
    settle(payment(invoice, "4", PaymentSource.VOUCHER), payment(invoice, "1", PaymentSource.CASH));
    Invoice half = invoices.get(ada.id(), invoice.id());
    assertThat(half.status()).isEqualTo(InvoiceStatus.OPEN);
    assertThat(half.open()).isEqualTo(Amount.parse("5.00", Currency.EUR));
    assertThat(half.settled()).isEqualTo(Amount.parse("5.00", Currency.EUR));
    settle(payment(invoice, "5", PaymentSource.CARD));
    assertThat(invoices.get(ada.id(), invoice.id()).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(invoices.open(ada.id())).isEmpty();
    assertThat(fixture.eventTypes(ada.id())).containsOnlyOnce("invoice.paid");
  }

  @Test
  void payingAPaidInvoiceIsRefused() {
    Invoice invoice = issue(ada, "10.00");
    settle(payment(invoice, "10", PaymentSource.CASH));
    assertThatThrownBy(() -> settle(payment(invoice, "10", PaymentSource.CASH)))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("invoice-not-open"));
  }

  @Test
  void onePaymentTooLargeUndoesAll() {
    Invoice first = issue(ada, "10.00");
    Invoice second = issue(ada, "20.00");
    assertThatThrownBy(
            () ->
                settle(
                    payment(first, "10", PaymentSource.CASH),
                    payment(second, "20.01", PaymentSource.CASH)))
        .isInstanceOf(NotAllowed.class);
    assertThat(invoices.open(ada.id())).containsExactly(first, second);
  }

  @Test
  void anInvoiceIsFoundByItsOwnerOnly() {
    Customer eve = fixture.customer("Eve");
    Invoice invoice = issue(ada, "10.00");
    assertThatThrownBy(() -> invoices.get(eve.id(), invoice.id())).isInstanceOf(NotFound.class);
    assertThat(invoices.list(eve.id(), null, 10)).isEmpty();
    InvoicePayment forged =
        new InvoicePayment(
            eve.id(), invoice.id(), Amount.parse("1", Currency.EUR), PaymentSource.CASH);
    assertThatThrownBy(() -> settle(forged)).isInstanceOf(NotAllowed.class);
    assertThat(invoices.get(ada.id(), invoice.id())).isEqualTo(invoice);
  }

  @Test
  void aListIsPagedFromTheNewest() {
    List<UUID> issued =
        List.of(issue(ada, "1.00").id(), issue(ada, "2.00").id(), issue(ada, "3.00").id());
    List<Invoice> page = invoices.list(ada.id(), null, 2);
    assertThat(page).extracting(Invoice::id).containsExactly(issued.get(2), issued.get(1));
    assertThat(invoices.list(ada.id(), issued.get(1), 2))
        .extracting(Invoice::id)
        .containsExactly(issued.get(0));
  }
}
