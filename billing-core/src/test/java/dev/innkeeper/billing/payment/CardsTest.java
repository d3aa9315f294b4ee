package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.ALSO_GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CardsTest {
  private final PaymentFixture f = new PaymentFixture();
  private final UUID ada = f.customer();

  private AddMethodResult add(String number, String key) {
    return f.engine.paymentMethods().add(ada, new NewMethod("sandbox", number, null), key);
  }

  @Test
  void aCardSentTwiceUnderOneKeyIsAddedOnce() {
    AddMethodResult first = add(GOOD, "k");
    assertThat(first).isInstanceOf(AddMethodResult.Added.class);
    assertThat(add(GOOD, "k")).isEqualTo(first);
    assertThat(add(GOOD, "k2"))
        .isInstanceOfSatisfying(
            AddMethodResult.Refused.class, r -> assertThat(r.code()).isEqualTo("card-exists"));
    assertThatThrownBy(() -> add(ALSO_GOOD, "k")).isInstanceOf(Conflict.class);
    String bad = "4000000000000002";
    AddMethodResult refused = add(bad, "k3");
    assertThat(refused).isInstanceOf(AddMethodResult.Refused.class).isEqualTo(add(bad, "k3"));
    assertThat(f.engine.paymentMethods().list(ada)).hasSize(1);
    assertThat(new NewMethod("sandbox", GOOD, null).toString()).doesNotContain(GOOD);
  }

  @Test
  void threadsThatSendOneCardUnderOneKeyAllHearThatItIsAdded() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<AddMethodResult>> futures = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return add(GOOD, "k");
                }));
      }
      start.countDown();
      for (Future<AddMethodResult> future : futures) {
        assertThat(future.get()).isInstanceOf(AddMethodResult.Added.class);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(f.engine.paymentMethods().list(ada)).hasSize(1);
  }

  @Test
  void aCardThatExpiresWithinAMonthIsToldOfOnce() {
    PaymentMethod soon = f.card(ada, GOOD);
    f.card(ada, ALSO_GOOD);
    f.db.run(
        handle ->
            handle
                .createUpdate(
                    "update @.payment_method set expiry_year = 2027, expiry_month = 5"
                        + " where id = :id")
                .bind("id", soon.id())
                .execute());
    f.clock.set(Instant.parse("2027-05-01T00:00:00Z"));
    f.runDue();
    assertThat(f.events(ada)).doesNotContain("payment-method.expiring");
    f.clock.set(Instant.parse("2027-05-02T00:00:00Z"));
    f.runDue();
    f.runDue();
    assertThat(f.events(ada)).filteredOn("payment-method.expiring"::equals).hasSize(1);
  }

  @Test
  void thePolicyOfTheEngineHoldsWhenMoneyComesLaterToo() {
    BillingEngine cashOnly =
        BillingEngine.builder()
            .dataSource(f.dataSource)
            .schema(TestDatabase.SCHEMA)
            .clock(f.clock)
            .sandbox()
            .settlementPolicy(
                new SettlementPolicy(
                    SettlementPolicy.InvoiceOrder.OLDEST_FIRST,
                    Set.of(PaymentSource.VOUCHER, PaymentSource.CASH)))
            .build();
    f.card(ada, GOOD);
    UUID older = f.invoice(ada, "10.00");
    UUID larger = f.invoice(ada, "20.00");
    cashOnly.topUps().topUp(ada, eur("10.00"), null, "k");
    assertThat(f.invoiceOf(ada, older).status()).isEqualTo(InvoiceStatus.PAID);
    // The largest first, or the card, would have changed this one.
    assertThat(f.invoiceOf(ada, larger).open()).isEqualTo(eur("20.00"));
    assertThat(f.takenBySandbox()).isEqualTo(1000);
    cashOnly.close();
  }
}
