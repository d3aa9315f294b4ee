package dev.innkeeper.billing.promotion;

import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.innkeeper.billing.audit.AuditCheck;
import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceKind;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.invoice.RunOptions;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentFixture;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.promotion.CouponResult.Reason;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.Subscription;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CouponsTest {
  private final PaymentFixture f = new PaymentFixture();
  private final Coupons coupons = f.engine.coupons();
  private int keys;

  CouponsTest() {
    f.engine.catalog().apply(SampleCatalog.yaml(), "tester");
  }

  /** Whatever happened: the audit finds nothing. */
  @AfterEach
  void theAuditFindsNothing() {
    assertThat(f.engine.audit().run().checks().stream().filter(c -> !c.holds()).toList())
        .extracting(AuditCheck::name, AuditCheck::findings)
        .isEmpty();
  }

  private Coupon create(String code, CouponTerms terms) {
    return coupons.create(NewCoupon.of(code, code, terms), "tester", code);
  }

  private Subscription start(UUID customer, String product) {
    return f.engine
        .subscriptions()
        .start(NewSubscription.of(customer, product, Currency.EUR), "s" + ++keys);
  }

  private CouponResult redeem(UUID customer, String code) {
    return coupons.redeem(customer, code, "r" + ++keys);
  }

  /** Bills what is due at the instant; the invoices it makes. */
  private List<Invoice> bill(UUID customer, String at) {
    f.clock.set(Instant.parse(at));
    return f.engine.invoices().billDue(customer);
  }

  private static List<Amount> discounts(Invoice invoice) {
    return invoice.lines().stream()
        .filter(l -> l.component().equals("coupon"))
        .map(InvoiceLine::amount)
        .toList();
  }

  @Test
  void aCouponForOneInvoiceDiscountsTheNextOneAndNoOther() {
    UUID ada = f.customer();
    create("SPRING-20", CouponTerms.percent("20"));
    start(ada, "site");
    start(ada, "store");
    assertThat(redeem(ada, " spring-20 ")).isInstanceOf(CouponResult.Redeemed.class);
    assertThat(f.events(ada)).contains("coupon.redeemed");
    Invoice april = bill(ada, "2027-05-01T00:00:00Z").get(0);
    // 4.99 + 3.00, of which a fifth is 1.60; the two bear 1.00 and 0.60.
    assertThat(discounts(april)).containsExactlyInAnyOrder(eur("-1.00"), eur("-0.60"));
    assertThat(april.total()).isEqualTo(eur("6.39"));
    assertThat(
            april.lines().stream()
                .filter(l -> l.component().equals("coupon"))
                .map(InvoiceLine::description))
        .containsOnly("Coupon SPRING-20: 20 % off");
    assertThat(discounts(bill(ada, "2027-06-01T00:00:00Z").get(0))).isEmpty();
    CouponRedemption used = coupons.redemptions(ada).get(0);
    assertThat(used.endedAt()).isNotNull();
    assertThat(used.takenOff()).containsExactly(eur("1.60"));
  }

  @Test
  void aCouponForPeriodsDiscountsTheTimeOfSoManyPeriods() {
    UUID ada = f.customer();
    create("HALF", CouponTerms.percent("50").forPeriods(2).forProducts(Set.of("forge")));
    redeem(ada, "HALF");
    start(ada, "forge");
    start(ada, "store");
    // April in advance at once, May with the invoice of April, June with that of May.
    assertThat(discounts(bill(ada, "2027-04-01T00:00:00Z").get(0)))
        .containsExactlyInAnyOrder(eur("-6.00"), eur("-2.50"));
    assertThat(discounts(bill(ada, "2027-05-01T00:00:00Z").get(0))).containsExactly(eur("-6.00"));
    assertThat(discounts(bill(ada, "2027-06-01T00:00:00Z").get(0))).isEmpty();
  }

  @Test
  void anAmountLastsForEverOncePerPeriodAndTheInvoiceNeverFallsBelowZero() {
    UUID ada = f.customer();
    create("FIVE", CouponTerms.amount(eur("5.00")).forEver());
    redeem(ada, "FIVE");
    start(ada, "store");
    for (String at : List.of("2027-05-01T00:00:00Z", "2027-06-01T00:00:00Z")) {
      Invoice invoice = bill(ada, at).get(0);
      assertThat(discounts(invoice)).containsExactly(eur("-3.00"));
      assertThat(invoice.total()).isEqualTo(eur("0.00"));
      assertThat(invoice.status()).isEqualTo(InvoiceStatus.PAID);
    }
    assertThat(coupons.redemptions(ada).get(0).takenOff()).containsExactly(eur("6.00"));
    assertThat(f.engine.ledger().trialBalance().isBalanced()).isTrue();
  }

  @Test
  void whatWasDiscountedInAdvanceIsGivenBackAtTheDiscountedPrice() {
    UUID ada = f.customer();
    create("HALF", CouponTerms.percent("50"));
    redeem(ada, "HALF");
    Subscription forge = start(ada, "forge");
    Invoice advance = bill(ada, "2027-04-01T00:00:00Z").get(0);
    assertThat(advance.total()).isEqualTo(eur("8.50"));
    f.voucher(ada, "20.00");
    f.engine.settlement().settle(ada);
    f.clock.set(Instant.parse("2027-04-16T00:00:00Z"));
    f.engine.subscriptions().cancel(ada, forge.id(), CancelAt.NOW);
    bill(ada, "2027-05-01T00:00:00Z");
    Invoice note = f.engine.invoices().list(ada, null, 1).get(0);
    assertThat(note.kind()).isEqualTo(InvoiceKind.CREDIT_NOTE);
    // Half of the month was not used; 6.00 were paid for all of it.
    assertThat(note.total()).isEqualTo(eur("3.00"));
  }

  @Test
  void aPreviewAndADryRunShowTheDiscountAndUseNothingUp() {
    UUID ada = f.customer();
    create("HALF", CouponTerms.percent("50"));
    redeem(ada, "HALF");
    start(ada, "store");
    f.clock.set(Instant.parse("2027-05-01T00:00:00Z"));
    assertThat(f.engine.invoices().dryRun(RunOptions.standard()).totals())
        .containsEntry(Currency.EUR, eur("1.50"));
    assertThat(coupons.redemptions(ada).get(0).invoices()).isZero();
    assertThat(discounts(bill(ada, "2027-05-01T00:00:00Z").get(0))).containsExactly(eur("-1.50"));
  }

  @Test
  void anInvoiceWrittenByHandIsLeftAlone() {
    UUID ada = f.customer();
    create("HALF", CouponTerms.percent("50"));
    redeem(ada, "HALF");
    Invoice custom =
        f.engine
            .invoices()
            .custom(
                new NewInvoice(
                    ada,
                    Currency.EUR,
                    List.of(NewInvoice.Line.of("Consulting", new BigDecimal("100"))),
                    null,
                    null),
                "custom");
    assertThat(custom.total()).isEqualTo(eur("100.00"));
  }

  @Test
  void everyRefusalSaysWhy() {
    UUID ada = f.customer();
    Instant now = f.clock.instant();
    create("ONCE", CouponTerms.percent("1"));
    redeem(ada, "ONCE");
    assertThat(redeem(ada, "once")).isEqualTo(Reason.USED_BY_YOU.refused());
    assertThat(redeem(ada, "NO-SUCH")).isEqualTo(Reason.UNKNOWN.refused());
    coupons.create(
        NewCoupon.of("LATER", "Later", CouponTerms.percent("1"))
            .withValidity(now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(2))),
        "tester",
        "later");
    assertThat(redeem(ada, "LATER")).isEqualTo(Reason.NOT_YET.refused());
    f.clock.advance(Duration.ofDays(2));
    assertThat(redeem(ada, "LATER")).isEqualTo(Reason.EXPIRED.refused());
    create("DOLLARS", CouponTerms.amount(Amount.parse("1.00", Currency.USD)));
    assertThat(redeem(ada, "DOLLARS")).isEqualTo(Reason.OTHER_CURRENCY.refused());
    coupons.create(
        NewCoupon.of("FIRST", "First", CouponTerms.percent("1")).withCaps(1, 1), "tester", "first");
    assertThat(redeem(f.customer(), "FIRST")).isInstanceOf(CouponResult.Redeemed.class);
    assertThat(redeem(ada, "FIRST")).isEqualTo(Reason.USED_UP.refused());
    Coupon gone = create("GONE", CouponTerms.percent("1"));
    assertThat(coupons.withdraw(gone.id()).withdrawnAt()).isEqualTo(f.clock.instant());
    assertThat(redeem(ada, "GONE")).isEqualTo(Reason.WITHDRAWN.refused());
  }

  @Test
  void aCouponIsNeitherClaimableForEverNorMoreOftenThanEachCustomerMay() {
    UUID ada = f.customer();
    coupons.create(
        NewCoupon.of("TWICE", "Twice", CouponTerms.percent("10"))
            .withCaps(null, 2)
            .withValidity(null, f.clock.instant().plus(Duration.ofDays(30))),
        "tester",
        "twice");
    start(ada, "store");
    redeem(ada, "TWICE");
    redeem(ada, "TWICE");
    assertThat(redeem(ada, "TWICE")).isEqualTo(Reason.USED_BY_YOU.refused());
    // Redeemed twice, it lasts for two invoices; it does not count twice on one.
    assertThat(discounts(bill(ada, "2027-05-01T00:00:00Z").get(0))).containsExactly(eur("-0.30"));
    assertThat(discounts(bill(ada, "2027-06-01T00:00:00Z").get(0))).containsExactly(eur("-0.30"));
    assertThat(discounts(bill(ada, "2027-07-01T00:00:00Z").get(0))).isEmpty();
    assertThat(redeem(f.customer(), "TWICE")).isEqualTo(Reason.EXPIRED.refused());
  }

  @Test
  void sixtyFourThreadsRedeemExactlyAsOftenAsAllowed() throws Exception {
    coupons.create(
        NewCoupon.of("RUSH", "Rush", CouponTerms.percent("5")).withCaps(10, 2), "tester", "rush");
    List<UUID> people = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      people.add(f.customer());
    }
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(64);
    int redeemed = 0;
    try {
      List<Future<CouponResult>> futures = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        int n = i;
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return coupons.redeem(people.get(n % 8), "RUSH", "try-" + n);
                }));
      }
      start.countDown();
      for (Future<CouponResult> future : futures) {
        redeemed += future.get() instanceof CouponResult.Redeemed ? 1 : 0;
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(redeemed).isEqualTo(10);
    assertThat(coupons.list(null, 1).get(0).redemptions()).isEqualTo(10);
    for (UUID person : people) {
      assertThat(coupons.redemptions(person)).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void oneBoxTakesVouchersAndCoupons() {
    UUID ada = f.customer();
    create("HALF", CouponTerms.percent("50"));
    UUID batch =
        f.engine.vouchers().issue(NewVoucherBatch.of("gift", eur("5.00"), 1), "tester", "b").id();
    String code = f.engine.vouchers().codes(batch, null, 1).get(0).code();
    RedeemableCodes codes = f.engine.codes();
    assertThat(codes.redeem(ada, code, "1"))
        .isInstanceOf(RedeemableCodes.Outcome.Credit.class)
        .isEqualTo(codes.redeem(ada, code, "1"));
    assertThat(codes.redeem(ada, "half", "2")).isInstanceOf(RedeemableCodes.Outcome.Discount.class);
    assertThat(((RedeemableCodes.Outcome.Refused) codes.redeem(ada, code, "3")).code())
        .isEqualTo("voucher-used-by-you");
    assertThat(((RedeemableCodes.Outcome.Refused) codes.redeem(ada, "nothing", "4")).code())
        .isEqualTo("coupon-unknown");
    assertThatThrownBy(() -> codes.redeem(ada, "half", "1")).isInstanceOf(Conflict.class);
    assertThatThrownBy(() -> codes.redeem(ada, " ", "5")).isInstanceOf(InvalidInput.class);
  }

  @Test
  void aCouponNamesEveryFieldAtFault() {
    CouponTerms both =
        new CouponTerms(
            new BigDecimal("101"),
            eur("1.00"),
            Set.of(),
            CouponTerms.Lasts.ONCE,
            3,
            CouponTerms.Stacking.COMBINES);
    Instant now = f.clock.instant();
    assertThatThrownBy(
            () ->
                coupons.create(
                    new NewCoupon("!", " ", both, 0, 0, now, now.minusSeconds(1)), "tester", "bad"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("code:")
        .hasMessageContaining("name:")
        .hasMessageContaining("percent:")
        .hasMessageContaining("periods:")
        .hasMessageContaining("redemptionsMax:")
        .hasMessageContaining("redemptionsPerCustomerMax:")
        .hasMessageContaining("validUntil:");
    assertThatThrownBy(() -> create("2345-6789-ABCD-EFGH", CouponTerms.percent("1")))
        .hasMessageContaining("looks like a voucher's");
    create("SAME", CouponTerms.percent("1"));
    assertThatThrownBy(
            () ->
                coupons.create(
                    NewCoupon.of("same", "Other", CouponTerms.percent("2")), "tester", "other"))
        .isInstanceOf(Conflict.class);
    assertThat(
            coupons
                .create(NewCoupon.of("SAME", "SAME", CouponTerms.percent("1")), "tester", "SAME")
                .code())
        .isEqualTo("SAME");
  }

  @Test
  void aCustomerOfAnotherCurrencyGetsPercentOnly() {
    UUID dora =
        f.engine
            .customers()
            .register(NewCustomer.named("Dora", "d@example.org", Currency.USD), "dora")
            .id();
    create("FIVE", CouponTerms.amount(eur("5.00")));
    create("TENTH", CouponTerms.percent("10"));
    assertThat(redeem(dora, "FIVE")).isEqualTo(Reason.OTHER_CURRENCY.refused());
    assertThat(redeem(dora, "TENTH")).isInstanceOf(CouponResult.Redeemed.class);
  }

  private void createRepeatable(String code, CouponTerms terms) {
    coupons.create(NewCoupon.of(code, code, terms).withCaps(null, 2), "tester", code);
  }

  @Test
  void aCouponForPeriodsRedeemedAgainDiscountsThePeriodsAfterThose() {
    UUID ada = f.customer();
    createRepeatable("FIFTH", CouponTerms.percent("20").forPeriods(2));
    start(ada, "store");
    redeem(ada, "FIFTH");
    redeem(ada, "FIFTH");
    assertThat(coupons.redemptions(ada))
        .extracting(CouponRedemption::fromAt, CouponRedemption::untilAt)
        .containsExactly(
            tuple(Instant.parse("2027-06-01T00:00:00Z"), Instant.parse("2027-08-01T00:00:00Z")),
            tuple(Instant.parse("2027-04-01T00:00:00Z"), Instant.parse("2027-06-01T00:00:00Z")));
    for (int month = 5; month <= 8; month++) {
      assertThat(discounts(bill(ada, "2027-0" + month + "-01T00:00:00Z").get(0)))
          .as("until month %d", month)
          .containsExactly(eur("-0.60"));
    }
    assertThat(discounts(bill(ada, "2027-09-01T00:00:00Z").get(0))).isEmpty();
  }

  @Test
  void aCouponForPeriodsRedeemedAgainLaterBeginsThen() {
    for (boolean alone : new boolean[] {false, true}) {
      UUID ada = f.customer();
      CouponTerms terms = CouponTerms.percent("50").forPeriods(1);
      String code = alone ? "ALONE" : "BESIDE";
      createRepeatable(code, alone ? terms.alone() : terms);
      start(ada, "store");
      start(ada, "forge");
      redeem(ada, code);
      bill(ada, f.clock.instant().toString());
      f.clock.advance(Duration.ofDays(30));
      redeem(ada, code);
      // Last month's store is of the first redemption, this month's forge of the second.
      assertThat(discounts(bill(ada, f.clock.instant().toString()).get(0)))
          .containsExactlyInAnyOrder(eur("-1.50"), eur("-6.00"));
      f.clock.set(Instant.parse("2027-06-01T00:00:00Z"));
    }
  }

  @Test
  void whatHasLapsedDoesNotHinderRedeemingMore() {
    UUID ada = f.customer();
    for (int i = 0; i < 50; i++) {
      create("MONTH-" + i, CouponTerms.percent("1").forPeriods(1));
      redeem(ada, "MONTH-" + i);
    }
    create("MORE", CouponTerms.percent("1"));
    assertThat(redeem(ada, "MORE")).isEqualTo(Reason.TOO_MANY.refused());
    f.clock.set(Instant.parse("2027-05-01T00:00:00Z"));
    assertThat(redeem(ada, "MORE")).isInstanceOf(CouponResult.Redeemed.class);
  }
}
