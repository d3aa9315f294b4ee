package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.spi.ChargeResult;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What has gone wrong with money elsewhere, one case each. */
class MoneyRegressionTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();

  private void sell() {
    f.engine.catalog().apply(SampleCatalog.yaml(), "tester");
  }

  private UUID start(UUID customer, String product) {
    return f.engine
        .subscriptions()
        .start(NewSubscription.of(customer, product, Currency.EUR), product + customer)
        .id();
  }

  private static Invoice custom(
      BillingEngine engine, UUID customer, Currency currency, String sum) {
    return engine
        .invoices()
        .custom(
            new NewInvoice(
                customer,
                currency,
                List.of(NewInvoice.Line.of("Work", new BigDecimal(sum))),
                null,
                null),
            "custom-" + customer + sum);
  }

  @Test
  void anOldServiceAndOneFromTheFirstDayAreBilledForThePeriodAndNothingFails() {
    sell();
    start(ada, "store");
    f.clock.set(Instant.parse("2027-09-30T23:59:59Z"));
    f.engine.invoices().billDue(ada);
    start(ada, "site");
    f.clock.set(Instant.parse("2027-10-01T00:00:00Z"));
    List<Invoice> october = f.engine.invoices().billDue(ada);
    assertThat(october).hasSize(1);
    // A month of storage, and a second of the site, which rounds to nothing.
    assertThat(october.get(0).total()).isEqualTo(eur("3.00"));
    assertThat(f.engine.invoices().list(ada, null, 20)).hasSize(6);
  }

  @Test
  void aRestartOnTheLastDayOfTheMonthBillsNothingAgain() {
    sell();
    start(ada, "store");
    for (String at :
        List.of("2027-04-30T23:00:00Z", "2027-05-01T00:00:00Z", "2027-05-31T23:59:59Z")) {
      f.clock.set(Instant.parse(at));
      f.runDue();
      try (BillingEngine restarted =
          BillingEngine.builder()
              .dataSource(f.dataSource)
              .schema(TestDatabase.SCHEMA)
              .clock(f.clock)
              .sandbox()
              .build()) {
        restarted.runDue(Duration.ofMinutes(1));
      }
    }
    assertThat(f.engine.invoices().list(ada, null, 20)).hasSize(1);
  }

  @Test
  void aRenewalIsPaidOnceForOnePeriodHoweverOftenItIsAskedFor() {
    sell();
    f.card(ada, GOOD);
    start(ada, "forge");
    List<Interval> months = new ArrayList<>();
    for (int month = 4; month <= 6; month++) {
      Instant from = Instant.parse("2027-0" + month + "-01T00:00:00Z");
      months.add(new Interval(from, Instant.parse("2027-0" + (month + 1) + "-01T00:00:00Z")));
      f.clock.set(from);
      f.runDue();
      f.runDue();
      assertThat(f.engine.invoices().billDue(ada)).isEmpty();
      f.engine.settlement().settle(ada);
    }
    List<Interval> paid =
        f.engine.invoices().list(ada, null, 20).stream()
            .filter(invoice -> invoice.status() == InvoiceStatus.PAID)
            .flatMap(invoice -> invoice.lines().stream())
            .filter(line -> line.component().equals("base"))
            .map(InvoiceLine::interval)
            .toList();
    assertThat(paid).containsExactlyInAnyOrderElementsOf(months);
    // The set-up fee, and three months of 12.00.
    assertThat(f.takenBySandbox()).isEqualTo(4100);
  }

  @Test
  void theLastCardStaysWhileSomethingRunsThoughNothingIsOwed() {
    sell();
    PaymentMethod card = f.card(ada, GOOD);
    UUID site = start(ada, "site");
    f.clock.advance(Duration.ofHours(1));
    assertThat(f.engine.invoices().open(ada)).isEmpty();
    assertThatThrownBy(() -> f.engine.paymentMethods().remove(ada, card.id()))
        .isInstanceOfSatisfying(NotAllowed.class, e -> assertThat(e.code()).isEqualTo("last-card"));
    f.engine.subscriptions().cancel(ada, site, CancelAt.NOW);
    f.engine.paymentMethods().remove(ada, card.id());
    assertThat(f.engine.paymentMethods().list(ada)).isEmpty();
  }

  @Test
  void yenAreChargedAsYenAndCentsAreNotCutOff() {
    Currency yen = Currency.of("JPY");
    UUID kei =
        f.engine.customers().register(NewCustomer.named("Kei", "k@example.org", yen), "kei").id();
    f.card(kei, GOOD);
    Payment topUp = f.engine.topUps().topUp(kei, Amount.parse("500", yen), null, "k");
    assertThat(topUp.amount().minorUnits()).isEqualTo(500);
    assertThat(f.takenBySandbox()).isEqualTo(500);
    assertThat(f.engine.wallets().of(kei).cash()).isEqualTo(Amount.ofMinor(500, yen));
    assertThatThrownBy(() -> Amount.parse("500.5", yen)).isInstanceOf(InvalidInput.class);
    f.card(ada, GOOD);
    // 1.15 and 4.35 are the usual victims of times a hundred in binary.
    f.topUp(ada, "1.15");
    f.topUp(ada, "4.35");
    assertThat(f.wallet(ada)).isEqualTo("5.50 0.00 0.00");
  }

  @Test
  void aPaymentThatWasNotTakenGivesNothing() {
    f.card(ada, PaymentFixture.FAILS_WHEN_CHARGED);
    UUID invoice = f.invoice(ada, "10.00");
    f.engine.settlement().settle(ada);
    assertThat(f.topUp(ada, "10.00").state()).isEqualTo(PaymentState.DECLINED);
    assertThat(f.invoiceOf(ada, invoice).status()).isEqualTo(InvoiceStatus.OPEN);
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 10.00");
  }

  /** A provider whose word differs from what was asked for. */
  private PaymentProvider takingAnEuroLess() {
    return Interposed.on(
        PaymentProvider.class,
        (method, arguments) -> {
          if (method.getName().equals("code")) {
            return "odd";
          }
          Object result = Interposed.invoke(f.sandbox(), method, arguments);
          return result instanceof ChargeResult.Succeeded taken
              ? new ChargeResult.Succeeded(
                  taken.reference(), taken.amount().minus(eur("1.00")), taken.fee())
              : result;
        });
  }

  @Test
  void whatIsBookedIsWhatTheProviderTookNotWhatWasAskedFor() {
    try (BillingEngine engine =
        BillingEngine.builder()
            .dataSource(f.dataSource)
            .schema(TestDatabase.SCHEMA)
            .clock(f.clock)
            .paymentProvider(takingAnEuroLess())
            .build()) {
      engine.paymentMethods().add(ada, new NewMethod("odd", GOOD, null), "card");
      engine.topUps().topUp(ada, eur("10.00"), null, "k");
      assertThat(engine.wallets().of(ada).cash()).isEqualTo(eur("9.00"));
      assertThat(engine.ledger().trialBalance().isBalanced()).isTrue();
    }
  }

  @Test
  void debtLargerThanTheBalanceIsNoFortuneAndGoesBackToZero() {
    sell();
    f.voucher(ada, "1.00");
    f.invoice(ada, "50.00");
    f.engine.settlement().settle(ada);
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 49.00");
    assertThat(f.engine.deployGate().check(ada, eur("0.01")))
        .isInstanceOf(DeployDecision.Refused.class);
    f.voucher(ada, "49.00");
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
  }

  @Test
  void aVoidOrForeignInvoiceIsNotPaidAndACardAloneNotBelowItsMinimum() {
    f.card(ada, GOOD);
    Invoice voided = custom(f.engine, ada, Currency.EUR, "10.00");
    f.engine.invoices().voidInvoice(ada, voided.id(), "Wrong");
    assertThatThrownBy(() -> f.engine.settlement().pay(ada, voided.id(), PaymentMix.ALL, "1"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("invoice-not-open"));
    Invoice others = custom(f.engine, f.customer(), Currency.EUR, "10.00");
    assertThatThrownBy(() -> f.engine.settlement().pay(ada, others.id(), PaymentMix.ALL, "2"))
        .isInstanceOf(NotFound.class);
    Invoice small = custom(f.engine, ada, Currency.EUR, "0.49");
    PaymentMix cardOnly = new PaymentMix(Set.of(PaymentSource.CARD), null);
    assertThatThrownBy(() -> f.engine.settlement().pay(ada, small.id(), cardOnly, "3"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("below-minimum"));
    assertThatThrownBy(() -> f.topUp(ada, "0.49"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("at least 0.50");
    assertThat(f.takenBySandbox()).isZero();
  }
}
