package dev.innkeeper.billing.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.promotion.CouponPlan.Base;
import dev.innkeeper.billing.promotion.CouponPlan.Discount;
import dev.innkeeper.billing.promotion.CouponPlan.Usable;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CouponPlanTest {
  private static final Instant APRIL = Instant.parse("2027-04-01T00:00:00Z");
  private static final Instant MAY = Instant.parse("2027-05-01T00:00:00Z");

  private static Amount eur(String amount) {
    return Amount.parse(amount, Currency.EUR);
  }

  private static Base base(String product, String amount) {
    return new Base(product, eur(amount), APRIL, 0);
  }

  private static Usable usable(int n, CouponTerms terms) {
    return usable(n, terms, null, Map.of());
  }

  private static Usable usable(
      int n, CouponTerms terms, @Nullable Instant until, Map<Long, Long> used) {
    return new Usable(new UUID(0, n), new UUID(1, n), terms, APRIL, until, new HashMap<>(used));
  }

  private static Amount sum(CouponPlan plan) {
    return plan.discounts().stream().map(Discount::amount).reduce(eur("0.00"), Amount::plus);
  }

  private static Amount off(List<Base> bases, Usable... coupons) {
    Amount most = bases.stream().map(Base::amount).reduce(eur("0.00"), Amount::plus);
    return sum(CouponPlan.of(bases, most, List.of(coupons)));
  }

  @Test
  void percentIsTakenBeforeAmountsAndEachOnWhatIsLeft() {
    List<Base> bases = List.of(base("vm", "100.00"));
    assertThat(off(bases, usable(1, CouponTerms.percent("20")))).isEqualTo(eur("20.00"));
    // 30.00 first would leave less for the 20 % to be taken of.
    assertThat(
            off(
                bases,
                usable(1, CouponTerms.amount(eur("30.00"))),
                usable(2, CouponTerms.percent("20")),
                usable(3, CouponTerms.percent("10"))))
        .isEqualTo(eur("58.00"));
  }

  @Test
  void aCouponThatStandsAloneWinsOnlyIfItTakesOffMore() {
    List<Base> bases = List.of(base("vm", "100.00"));
    Usable alone = usable(2, CouponTerms.percent("25").alone());
    assertThat(off(bases, usable(1, CouponTerms.percent("20")), alone)).isEqualTo(eur("25.00"));
    assertThat(
            off(
                bases,
                usable(1, CouponTerms.percent("20")),
                alone,
                usable(3, CouponTerms.percent("10"))))
        .isEqualTo(eur("28.00"));
    CouponPlan tie =
        CouponPlan.of(bases, eur("100.00"), List.of(usable(1, CouponTerms.percent("25")), alone));
    assertThat(tie.discounts())
        .singleElement()
        .satisfies(d -> assertThat(d.redemptionId()).isEqualTo(new UUID(0, 1)));
  }

  @Test
  void onlyItsProductsAndItsTimeAreDiscounted() {
    List<Base> bases =
        List.of(
            base("vm", "10.00"),
            base("site", "7.00"),
            new Base("vm", eur("10.00"), MAY, 1),
            new Base("vm", eur("10.00"), APRIL.minusSeconds(1), -1));
    assertThat(off(bases, usable(1, CouponTerms.percent("50").forProducts(Set.of("site")))))
        .isEqualTo(eur("3.50"));
    assertThat(off(bases, usable(1, CouponTerms.percent("50").forPeriods(1), MAY, Map.of())))
        .isEqualTo(eur("8.50"));
    assertThat(off(bases, usable(1, CouponTerms.percent("50").forEver()))).isEqualTo(eur("13.50"));
  }

  @Test
  void anAmountForPeriodsIsTakenOnceOfEach() {
    List<Base> bases =
        List.of(base("vm", "10.00"), base("site", "7.00"), new Base("vm", eur("3.00"), MAY, 1));
    CouponTerms fiver = CouponTerms.amount(eur("5.00")).forEver();
    assertThat(off(bases, usable(1, fiver))).isEqualTo(eur("8.00"));
    assertThat(off(bases, usable(1, fiver, null, Map.of(0L, 400L, 1L, 500L))))
        .isEqualTo(eur("1.00"));
    assertThat(off(bases, usable(1, CouponTerms.amount(Amount.parse("5.00", Currency.USD)))))
        .isEqualTo(eur("0.00"));
  }

  @Test
  void thePercentageIsOfTheSumAndTheChargesShareItByLargestRemainder() {
    List<Base> bases = List.of(base("a", "0.05"), base("b", "0.05"), base("c", "0.05"));
    CouponPlan plan =
        CouponPlan.of(bases, eur("0.15"), List.of(usable(1, CouponTerms.percent("50"))));
    // 7.5 of 15 cents is 8; the first two bear the cents that are left over.
    assertThat(plan.discounts().stream().map(d -> d.amount().minorUnits()).toList())
        .containsExactly(3L, 3L, 2L);
  }

  /** Whatever is charged, whatever coupons there are. */
  @Property(tries = 1000)
  void nothingFallsBelowZeroAndTheSameAskedTwiceIsTheSame(@ForAll long seed) {
    Random random = new Random(seed);
    Currency currency = List.of(Currency.EUR, Currency.of("JPY")).get(random.nextInt(2));
    List<Base> bases = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      long minor = random.nextInt(4) == 0 ? random.nextInt(5) : random.nextInt(1_000_000);
      bases.add(
          new Base(
              "p" + random.nextInt(3),
              Amount.ofMinor(minor, currency),
              random.nextBoolean() ? APRIL : MAY,
              random.nextInt(2)));
    }
    List<Usable> coupons = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      coupons.add(usable(i, terms(random, currency), random.nextBoolean() ? MAY : null, Map.of()));
    }
    long sum = bases.stream().mapToLong(b -> b.amount().minorUnits()).sum();
    Amount most = Amount.ofMinor(random.nextBoolean() ? sum : sum / 3, currency);
    CouponPlan plan = CouponPlan.of(bases, most, coupons);
    assertThat(CouponPlan.of(bases, most, coupons)).isEqualTo(plan);
    long[] left = bases.stream().mapToLong(b -> b.amount().minorUnits()).toArray();
    long off = 0;
    for (Discount discount : plan.discounts()) {
      assertThat(discount.amount().isPositive()).isTrue();
      left[discount.base()] -= discount.amount().minorUnits();
      off += discount.amount().minorUnits();
    }
    assertThat(LongStream.of(left)).as("seed %d", seed).allMatch(l -> l >= 0);
    assertThat(off).as("seed %d", seed).isLessThanOrEqualTo(most.minorUnits());
    for (Usable coupon : coupons) {
      capHolds(coupon, plan, bases, sum, seed);
    }
  }

  private static void capHolds(
      Usable coupon, CouponPlan plan, List<Base> bases, long sum, long seed) {
    Map<Long, Long> byPeriod = new HashMap<>();
    long off = 0;
    for (Discount discount : plan.discounts()) {
      if (discount.redemptionId().equals(coupon.redemptionId())) {
        long minor = discount.amount().minorUnits();
        byPeriod.merge(bases.get(discount.base()).period(), minor, Long::sum);
        off += minor;
      }
    }
    Amount amount = coupon.terms().amount();
    BigDecimal percent = coupon.terms().percent();
    if (amount != null && coupon.terms().lasts() == CouponTerms.Lasts.ONCE) {
      assertThat(off).as("seed %d", seed).isLessThanOrEqualTo(amount.minorUnits());
    } else if (amount != null) {
      assertThat(byPeriod.values())
          .as("seed %d", seed)
          .allMatch(minor -> minor <= amount.minorUnits());
    } else if (percent != null) {
      BigDecimal exact = BigDecimal.valueOf(sum).multiply(percent).movePointLeft(2);
      assertThat(BigDecimal.valueOf(off)).isLessThanOrEqualTo(exact.add(BigDecimal.ONE));
    }
  }

  private static CouponTerms terms(Random random, Currency currency) {
    CouponTerms terms =
        random.nextBoolean()
            ? CouponTerms.percent(String.valueOf(1 + random.nextInt(100)))
            : CouponTerms.amount(Amount.ofMinor(1 + random.nextInt(500_000), currency));
    terms = random.nextInt(3) == 0 ? terms.forProducts(Set.of("p0", "p1")) : terms;
    terms = random.nextInt(4) == 0 ? terms.alone() : terms;
    return switch (random.nextInt(3)) {
      case 0 -> terms;
      case 1 -> terms.forPeriods(2);
      default -> terms.forEver();
    };
  }
}
