package dev.innkeeper.billing.promotion;

import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.audit.AuditCheck;
import dev.innkeeper.billing.catalog.SampleCatalog;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.PaymentFixture;
import dev.innkeeper.billing.promotion.CouponTerms.Lasts;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.testing.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A voided invoice gives back what it used of coupons. */
class CouponReturnsTest {
  private static final int LIVES = 12;
  private static final int STEPS = 16;

  private final PaymentFixture f = new PaymentFixture();
  private final Coupons coupons = f.engine.coupons();
  private int keys;

  CouponReturnsTest() {
    f.engine.catalog().apply(SampleCatalog.yaml(), "tester");
  }

  @AfterEach
  void theAuditFindsNothing() {
    assertThat(f.engine.audit().run().checks().stream().filter(c -> !c.holds()).toList())
        .extracting(AuditCheck::name, AuditCheck::findings)
        .isEmpty();
  }

  private void redeem(UUID customer, CouponTerms terms) {
    String code = "CPN-" + ++keys;
    coupons.create(NewCoupon.of(code, code, terms), "tester", code);
    assertThat(coupons.redeem(customer, code, code)).isInstanceOf(CouponResult.Redeemed.class);
  }

  private void start(UUID customer, String product) {
    assertThat(
            f.engine
                .subscriptions()
                .start(NewSubscription.of(customer, product, Currency.EUR), "s" + ++keys))
        .isNotNull();
  }

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
  void aCouponForOneInvoiceIsThereAgainWhenThatOneIsVoided() {
    UUID ada = f.customer();
    redeem(ada, CouponTerms.percent("20"));
    start(ada, "store");
    Invoice april = bill(ada, "2027-05-01T00:00:00Z").get(0);
    assertThat(discounts(april)).containsExactly(eur("-0.60"));
    assertThat(coupons.redemptions(ada).get(0).endedAt()).isNotNull();
    for (int times = 1; times <= 2; times++) {
      f.engine.invoices().voidInvoice(ada, april.id(), "Wrong");
      CouponRedemption back = coupons.redemptions(ada).get(0);
      assertThat(back.endedAt()).isNull();
      assertThat(back.invoices()).isZero();
      assertThat(back.takenOff()).isEmpty();
    }
    assertThat(discounts(bill(ada, "2027-06-01T00:00:00Z").get(0))).containsExactly(eur("-0.60"));
    assertThat(discounts(bill(ada, "2027-07-01T00:00:00Z").get(0))).isEmpty();
  }

  @Test
  void whatAVoidedInvoiceTookOfAPeriodsAmountIsLeftForTheNextOneOfThatPeriod() {
    UUID ada = f.customer();
    redeem(ada, CouponTerms.amount(eur("5.00")).forEver());
    start(ada, "forge");
    Invoice first = bill(ada, "2027-04-01T00:00:00Z").get(0);
    assertThat(first.total()).isEqualTo(eur("12.00"));
    f.engine.invoices().voidInvoice(ada, first.id(), "Wrong");
    f.clock.advance(Duration.ofDays(1));
    start(ada, "forge");
    Invoice second = bill(ada, "2027-04-02T00:00:00Z").get(0);
    assertThat(discounts(second).stream().reduce(Amount::plus)).contains(eur("-5.00"));
  }

  /** What the customer's invoices that count say of a redemption is what it says of itself. */
  private void assertConsistent(UUID customer, String as) {
    List<Invoice> counting =
        f.engine.invoices().list(customer, null, 200).stream()
            .filter(invoice -> invoice.status() != InvoiceStatus.VOID)
            .toList();
    for (CouponRedemption redemption : coupons.redemptions(customer)) {
      String label = "Coupon " + redemption.coupon().code() + ":";
      long invoices = 0;
      Amount takenOff = eur("0.00");
      for (Invoice invoice : counting) {
        List<InvoiceLine> lines =
            invoice.lines().stream().filter(l -> l.description().startsWith(label)).toList();
        invoices += lines.isEmpty() ? 0 : 1;
        for (InvoiceLine line : lines) {
          takenOff = takenOff.minus(line.amount());
        }
      }
      assertThat((long) redemption.invoices()).as(as).isEqualTo(invoices);
      assertThat(redemption.takenOff())
          .as(as)
          .isEqualTo(takenOff.isZero() ? List.of() : List.of(takenOff));
      boolean once = redemption.coupon().terms().lasts() == Lasts.ONCE;
      assertThat(redemption.endedAt() != null).as(as).isEqualTo(once && invoices == 1);
      assertThat(once && invoices > 1).as(as).isFalse();
    }
  }

  private CouponTerms terms(Random random) {
    CouponTerms terms =
        random.nextBoolean()
            ? CouponTerms.percent(Integer.toString(1 + random.nextInt(90)))
            : CouponTerms.amount(Amount.ofMinor(1 + random.nextInt(900), Currency.EUR));
    return switch (random.nextInt(3)) {
      case 0 -> terms;
      case 1 -> terms.forPeriods(1 + random.nextInt(4));
      default -> terms.forEver();
    };
  }

  @Test
  void whateverIsBilledAndVoidedCouponsCountWhatStands() {
    long seed = Seeds.of("lives with coupons");
    Random seeds = new Random(seed);
    for (int life = 0; life < LIVES; life++) {
      Random random = new Random(seeds.nextLong());
      UUID customer = f.customer();
      start(customer, random.nextBoolean() ? "forge" : "store");
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(5)) {
          case 0 -> redeem(customer, terms(random));
          case 1 -> start(customer, List.of("forge", "store", "site").get(random.nextInt(3)));
          case 2 -> voidOne(customer, random);
          default -> {
            f.clock.advance(Duration.ofDays(1 + random.nextInt(25)));
            assertThat(f.engine.invoices().billDue(customer)).isNotNull();
          }
        }
        assertConsistent(customer, "seed " + seed + ", life " + life + ", step " + step);
      }
    }
  }

  private void voidOne(UUID customer, Random random) {
    List<Invoice> open = f.engine.invoices().open(customer);
    if (!open.isEmpty()) {
      Invoice one = open.get(random.nextInt(open.size()));
      assertThat(f.engine.invoices().voidInvoice(customer, one.id(), "Wrong").status())
          .isEqualTo(InvoiceStatus.VOID);
    }
  }
}
