package dev.innkeeper.billing.promotion;

import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentFixture;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.promotion.RedeemResult.Reason;
import dev.innkeeper.billing.promotion.RedeemResult.Redeemed;
import dev.innkeeper.billing.promotion.RedeemResult.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class VouchersTest {
  private final PaymentFixture f = new PaymentFixture();
  private final Vouchers vouchers = f.engine.vouchers();

  private String issue(NewVoucherBatch wanted) {
    UUID batch = vouchers.issue(wanted, "tester", wanted.name()).id();
    return vouchers.codes(batch, null, 1).get(0).code();
  }

  @Test
  void aRedeemedVoucherIsCreditOnceAndTheSameKeyGivesTheSameAnswer() {
    UUID ada = f.customer();
    String code = issue(NewVoucherBatch.of("gift", eur("25.00"), 3));
    assertThat(vouchers.redeem(ada, code, "k")).isEqualTo(new Redeemed(eur("25.00"), null));
    assertThat(vouchers.redeem(ada, code.toLowerCase(java.util.Locale.ROOT), "k"))
        .isEqualTo(new Redeemed(eur("25.00"), null));
    assertThat(f.wallet(ada)).isEqualTo("0.00 25.00 0.00");
    assertThat(((Refused) vouchers.redeem(f.customer(), code, "x")).reason())
        .isEqualTo(Reason.USED_UP);
    assertThat(f.events(ada)).contains("voucher.redeemed");
    assertThat(vouchers.batches(null, 10).get(0).used()).isEqualTo(1);
  }

  @Test
  void everyRefusalSaysWhy() {
    UUID ada = f.customer();
    String multi = issue(NewVoucherBatch.of("multi", eur("1.00"), 1).withUses(10, 1));
    vouchers.redeem(ada, multi, "1");
    assertThat(vouchers.redeem(ada, multi, "2")).isEqualTo(Reason.USED_BY_YOU.refused());
    String late =
        issue(
            NewVoucherBatch.of("late", eur("1.00"), 1)
                .withRedeemUntil(f.clock.instant().plus(Duration.ofDays(1))));
    f.clock.advance(Duration.ofDays(1));
    assertThat(vouchers.redeem(ada, late, "3")).isEqualTo(Reason.EXPIRED.refused());
    UUID dora =
        f.engine
            .customers()
            .register(NewCustomer.named("Dora", "d@example.org", Currency.USD), "dora")
            .id();
    assertThat(vouchers.redeem(dora, multi, "4")).isEqualTo(Reason.OTHER_CURRENCY.refused());
    vouchers.disable(vouchers.batches(null, 10).get(1).id());
    assertThat(vouchers.redeem(f.customer(), multi, "5")).isEqualTo(Reason.DISABLED.refused());
    assertThat(vouchers.redeem(ada, VoucherCode.random(new java.util.Random(1)).text(), "6"))
        .isEqualTo(Reason.UNKNOWN.refused());
    String mistyped = multi.substring(0, 18) + (multi.endsWith("2") ? "3" : "2");
    assertThatThrownBy(() -> vouchers.redeem(ada, mistyped, "7"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("mistyped");
    assertThat(f.wallet(ada)).isEqualTo("0.00 1.00 0.00");
  }

  @Test
  void sixtyFourThreadsRedeemExactlyAsOftenAsAllowed() throws Exception {
    int customers = 8;
    String code = issue(NewVoucherBatch.of("rush", eur("1.00"), 1).withUses(10, 2));
    List<UUID> people = new ArrayList<>();
    for (int i = 0; i < customers; i++) {
      people.add(f.customer());
    }
    CountDownLatch start = new CountDownLatch(1);
    List<Callable<RedeemResult>> tries = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      int n = i;
      tries.add(
          () -> {
            start.await();
            return vouchers.redeem(people.get(n % customers), code, "try-" + n);
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(64);
    int redeemed = 0;
    try {
      List<Future<RedeemResult>> futures = new ArrayList<>();
      tries.forEach(t -> futures.add(threads.submit(t)));
      start.countDown();
      for (Future<RedeemResult> future : futures) {
        redeemed += future.get() instanceof Redeemed ? 1 : 0;
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(redeemed).isEqualTo(10);
    long credit = 0;
    for (UUID person : people) {
      long minor = f.engine.wallets().of(person).voucher().minorUnits();
      assertThat(minor).isBetween(0L, 200L);
      credit += minor;
    }
    assertThat(credit).isEqualTo(1000);
  }

  @Test
  void aBatchNamesEveryFieldAtFault() {
    assertThatThrownBy(
            () ->
                vouchers.issue(
                    NewVoucherBatch.of(" ", eur("0.00"), 0).withUses(0, 0).withCreditDays(0),
                    "tester",
                    "bad"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("name:")
        .hasMessageContaining("amount:")
        .hasMessageContaining("codes:")
        .hasMessageContaining("usesMax:")
        .hasMessageContaining("usesPerCustomerMax:")
        .hasMessageContaining("creditDays:");
  }
}
