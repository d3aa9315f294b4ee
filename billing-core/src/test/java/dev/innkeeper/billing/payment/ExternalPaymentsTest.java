package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Money that comes by bank transfer, and money that goes out by hand. */
class ExternalPaymentsTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();
  private final ExternalPayments external = f.engine.externalPayments();

  @AfterEach
  void theBooksBalance() {
    assertThat(f.engine.ledger().trialBalance().isBalanced()).isTrue();
  }

  private NewExternalPayment transfer(String amount, String reference) {
    return NewExternalPayment.bankTransfer(eur(amount), reference, f.clock.instant());
  }

  private Amount bank() {
    return f.engine.ledger().balance(Accounts.gateway("bank", Currency.EUR));
  }

  @Test
  void aTransferPaysItsInvoiceThenWhatElseIsOpenAndTheRestStays() {
    UUID large = f.invoice(ada, "30.00");
    UUID small = f.invoice(ada, "10.00");
    ExternalPayment first =
        external.record(ada, transfer("12.00", "TX-1").forInvoice(small), "boss", "k");
    assertThat(first.toInvoice()).isEqualTo(eur("10.00"));
    assertThat(f.invoiceOf(ada, small).status()).isEqualTo(InvoiceStatus.PAID);
    // The two euros that were too many went to the other invoice.
    assertThat(f.invoiceOf(ada, large).open()).isEqualTo(eur("28.00"));
    assertThat(external.record(ada, transfer("12.00", "TX-1").forInvoice(small), "boss", "k"))
        .isEqualTo(first);
    external.record(ada, transfer("40.00", "TX-2"), "boss", "k2");
    assertThat(f.wallet(ada)).isEqualTo("12.00 0.00 0.00");
    assertThat(bank()).isEqualTo(eur("52.00"));
    assertThat(f.events(ada)).contains("payment.external", "invoice.paid");
    assertThat(external.list(ada, 10)).hasSize(2);
  }

  @Test
  void markingAnInvoicePaidResumesWhatWasSuspendedForIt() {
    f.engine.catalog().apply(SampleCatalog.yaml(), "tester");
    UUID vm =
        f.engine.subscriptions().start(NewSubscription.of(ada, "store", Currency.EUR), "s").id();
    UUID invoice = f.invoice(ada, "40.00");
    f.engine.settlement().settle(ada);
    f.days(28);
    assertThat(f.engine.subscriptions().get(ada, vm).status())
        .isEqualTo(SubscriptionStatus.SUSPENDED);
    external.record(ada, transfer("40.00", "TX-1").forInvoice(invoice), "boss", "k");
    assertThat(f.engine.subscriptions().get(ada, vm).status()).isEqualTo(SubscriptionStatus.ACTIVE);
    assertThat(f.engine.dunning().of(ada)).isEmpty();
  }

  @Test
  void nobodyRecordsATransferTwiceNorForAnInvoiceThatIsPaidOrSomeoneElses() {
    UUID invoice = f.invoice(ada, "10.00");
    external.record(ada, transfer("10.00", "TX-1").forInvoice(invoice), "boss", "k");
    assertThatThrownBy(() -> external.record(ada, transfer("10.00", "TX-1"), "other", "k2"))
        .isInstanceOfSatisfying(
            Conflict.class, e -> assertThat(e.code()).isEqualTo("payment-recorded"));
    assertThatThrownBy(() -> external.record(ada, transfer("11.00", "TX-3"), "boss", "k"))
        .isInstanceOf(Conflict.class);
    assertThatThrownBy(
            () -> external.record(ada, transfer("1.00", "TX-4").forInvoice(invoice), "boss", "k4"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("invoice-not-open"));
    UUID others = f.invoice(f.customer(), "10.00");
    assertThatThrownBy(
            () -> external.record(ada, transfer("1.00", "TX-5").forInvoice(others), "boss", "k5"))
        .isInstanceOf(NotFound.class);
    assertThat(bank()).isEqualTo(eur("10.00"));
  }

  @Test
  void everyFieldAtFaultIsNamed() {
    NewExternalPayment bad =
        new NewExternalPayment(
            Amount.parse("0.00", Currency.USD),
            "sandbox",
            " ",
            null,
            f.clock.instant().plusSeconds(1));
    assertThatThrownBy(() -> external.record(ada, bad, "boss", "k"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("amount:")
        .hasMessageContaining("channel:")
        .hasMessageContaining("reference:")
        .hasMessageContaining("receivedAt:");
  }

  @Test
  void whoLeavesGetsCashBackToTheCardFirstAndNoVoucherCredit() {
    f.card(ada, GOOD);
    f.topUp(ada, "20.00");
    external.record(ada, transfer("15.00", "TX-1"), "boss", "k");
    f.voucher(ada, "5.00");
    AccountClosing.Closed closed = f.engine.accountClosing().close(ada, "boss", "close");
    assertThat(closed.refunds())
        .singleElement()
        .satisfies(
            refund -> {
              assertThat(refund.amount()).isEqualTo(eur("20.00"));
              assertThat(refund.state()).isEqualTo(Refund.State.SUCCEEDED);
            });
    assertThat(closed.forfeited()).isEqualTo(eur("5.00"));
    Payout payout = f.engine.payouts().waiting().get(0);
    assertThat(payout).isEqualTo(closed.payout());
    assertThat(payout.amount()).isEqualTo(eur("15.00"));
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
    assertThat(f.engine.accountClosing().close(ada, "boss", "close")).isEqualTo(closed);
    Payout sent = f.engine.payouts().sent(ada, payout.id(), "bank", "OUT-1", "boss");
    assertThat(sent.state()).isEqualTo(Payout.State.SENT);
    assertThat(f.engine.payouts().sent(ada, payout.id(), "bank", "OUT-1", "boss")).isEqualTo(sent);
    assertThat(bank()).isEqualTo(eur("0.00"));
    assertThatThrownBy(() -> f.engine.payouts().cancel(ada, payout.id(), "boss"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("payout-sent"));
    assertThat(f.events(ada)).contains("payout.requested", "payout.sent", "payment.refunded");
  }

  @Test
  void aCancelledPayoutIsBackAndPaysWhatIsOpen() {
    external.record(ada, transfer("15.00", "TX-1"), "boss", "k");
    Payout payout = f.engine.payouts().request(ada, eur("10.00"), "Wanted", "boss", "p");
    assertThat(f.engine.payouts().request(ada, eur("10.00"), "Wanted", "boss", "p"))
        .isEqualTo(payout);
    assertThatThrownBy(() -> f.engine.payouts().request(ada, eur("5.01"), "Wanted", "boss", "p2"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("insufficient-funds"));
    f.invoice(ada, "12.00");
    f.engine.payouts().cancel(ada, payout.id(), "boss");
    assertThat(f.wallet(ada)).isEqualTo("3.00 0.00 0.00");
    assertThat(f.engine.payouts().list(ada).get(0).state()).isEqualTo(Payout.State.CANCELLED);
  }

  @Test
  void whoOwesOrRunsSomethingDoesNotLeave() {
    f.invoice(ada, "1.00");
    assertThatThrownBy(() -> f.engine.accountClosing().close(ada, "boss", "c1"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("invoice-open"));
    UUID bob = f.customer();
    f.engine.catalog().apply(SampleCatalog.yaml(), "tester");
    UUID vm =
        f.engine.subscriptions().start(NewSubscription.of(bob, "site", Currency.EUR), "s").id();
    assertThatThrownBy(() -> f.engine.accountClosing().close(bob, "boss", "c2"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("something-runs"));
    f.clock.advance(Duration.ofDays(10));
    f.engine.subscriptions().cancel(bob, vm, dev.innkeeper.billing.subscription.CancelAt.NOW);
    assertThatThrownBy(() -> f.engine.accountClosing().close(bob, "boss", "c3"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("not-billed-yet"));
  }

  @Test
  void cashThatIsHeldIsSpentByNothingElseUntilItIsUsedOrFree() {
    external.record(ada, transfer("15.00", "TX-1"), "boss", "k");
    WalletHold hold =
        f.engine
            .walletHolds()
            .hold(ada, eur("12.00"), f.clock.instant().plus(Duration.ofDays(1)), "h");
    assertThat(
            f.engine
                .walletHolds()
                .hold(ada, eur("12.00"), f.clock.instant().plus(Duration.ofDays(1)), "h"))
        .isEqualTo(hold);
    assertThat(f.engine.wallets().of(ada).available()).isEqualTo(eur("3.00"));
    UUID first = f.invoice(ada, "10.00");
    f.engine.settlement().settle(ada);
    assertThat(f.invoiceOf(ada, first).open()).isEqualTo(eur("7.00"));
    assertThatThrownBy(() -> f.engine.payouts().request(ada, eur("1.00"), "Wanted", "boss", "p"))
        .isInstanceOf(NotAllowed.class);
    f.engine.walletHolds().pay(ada, hold.id(), first, "pay");
    f.engine.walletHolds().pay(ada, hold.id(), first, "pay");
    assertThat(f.invoiceOf(ada, first).status()).isEqualTo(InvoiceStatus.PAID);
    assertThat(f.engine.walletHolds().get(ada, hold.id()).remaining()).isEqualTo(eur("5.00"));
    f.invoice(ada, "4.00");
    assertThat(f.engine.walletHolds().release(ada, hold.id()).remaining()).isEqualTo(eur("0.00"));
    assertThat(f.wallet(ada)).isEqualTo("1.00 0.00 0.00");
    assertThatThrownBy(() -> f.engine.walletHolds().get(f.customer(), hold.id()))
        .isInstanceOf(NotFound.class);
    assertThatThrownBy(
            () ->
                f.engine
                    .walletHolds()
                    .hold(ada, eur("1.01"), f.clock.instant().plusSeconds(9), "h2"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("insufficient-funds"));
  }
}
