package dev.innkeeper.billing.promotion;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.money.Split;
import dev.innkeeper.billing.promotion.CouponTerms.Lasts;
import dev.innkeeper.billing.promotion.CouponTerms.Stacking;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What coupons take off one invoice: a pure function.
 *
 * <p>Those that combine are taken in percent first, then in amounts, each group in the order of
 * redemption, each on what the ones before left. A coupon that stands alone is compared with all of
 * them together and with every other of its kind; what takes off most wins, and the first of those
 * that take off as much. A coupon that was redeemed more than once counts once on each charge: the
 * first redemption that covers it does.
 *
 * @param discounts what is taken off, each above zero
 */
record CouponPlan(List<Discount> discounts) {
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  CouponPlan {
    discounts = List.copyOf(discounts);
  }

  /**
   * A charge that may be discounted.
   *
   * @param amount zero or more
   * @param begins when the time it is for begins
   * @param period the index of the billing period in which that is
   */
  record Base(String productCode, Amount amount, Instant begins, long period) {}

  /**
   * A redeemed coupon that may take something off.
   *
   * @param usedMinor by period, what a coupon of an amount took off before
   */
  record Usable(
      UUID redemptionId,
      UUID couponId,
      CouponTerms terms,
      Instant fromAt,
      @Nullable Instant untilAt,
      Map<Long, Long> usedMinor) {

    private boolean covers(Base base) {
      boolean inTime =
          terms.lasts() == Lasts.ONCE
              || (!base.begins().isBefore(fromAt)
                  && (untilAt == null || base.begins().isBefore(untilAt)));
      return inTime
          && (terms.products().isEmpty() || terms.products().contains(base.productCode()));
    }
  }

  /** What one redemption takes off one charge. */
  record Discount(UUID redemptionId, int base, Amount amount) {}

  /**
   * Plans.
   *
   * @param bases of one currency
   * @param most what may be taken off at most, such as the invoice's sum
   * @param coupons in the order they were redeemed
   */
  static CouponPlan of(List<Base> bases, Amount most, List<Usable> coupons) {
    Predicate<Usable> combines = c -> c.terms().stacking() == Stacking.COMBINES;
    List<List<Usable>> choices = new ArrayList<>();
    choices.add(
        coupons.stream()
            .filter(combines)
            .sorted(Comparator.comparing((Usable c) -> c.terms().percent() == null))
            .toList());
    Map<UUID, List<Usable>> alone = new LinkedHashMap<>();
    coupons.stream()
        .filter(combines.negate())
        .forEach(c -> alone.computeIfAbsent(c.couponId(), id -> new ArrayList<>()).add(c));
    choices.addAll(alone.values());
    List<Discount> best = List.of();
    long bestMinor = 0;
    for (List<Usable> choice : choices) {
      List<Discount> discounts = new Taking(bases, most).take(choice);
      long minor = discounts.stream().mapToLong(d -> d.amount().minorUnits()).sum();
      if (minor > bestMinor) {
        best = discounts;
        bestMinor = minor;
      }
    }
    return new CouponPlan(best);
  }

  /** What is left of an invoice while one coupon after the other takes its part. */
  private static final class Taking {
    private final List<Base> bases;
    private final Currency currency;
    private final long[] leftMinor;
    private final Map<UUID, Set<Integer>> covered = new HashMap<>();
    private long roomMinor;

    Taking(List<Base> bases, Amount most) {
      this.bases = bases;
      this.currency = most.currency();
      this.leftMinor = bases.stream().mapToLong(b -> b.amount().minorUnits()).toArray();
      this.roomMinor = Math.max(0, most.minorUnits());
    }

    List<Discount> take(List<Usable> coupons) {
      List<Discount> discounts = new ArrayList<>();
      for (Usable coupon : coupons) {
        for (Map.Entry<Long, List<Integer>> bucket : buckets(coupon).entrySet()) {
          List<Integer> indexes = bucket.getValue();
          long sum = indexes.stream().mapToLong(i -> leftMinor[i]).sum();
          long wanted = Math.min(wanted(coupon, bucket.getKey(), sum), Math.min(sum, roomMinor));
          if (wanted > 0) {
            spread(coupon, indexes, wanted, discounts);
          }
        }
      }
      return discounts;
    }

    /** The charges a coupon covers: of an amount, apart for each period; else together. */
    private Map<Long, List<Integer>> buckets(Usable coupon) {
      boolean apart = coupon.terms().amount() != null && coupon.terms().lasts() != Lasts.ONCE;
      Set<Integer> before = covered.computeIfAbsent(coupon.couponId(), id -> new HashSet<>());
      Map<Long, List<Integer>> buckets = new TreeMap<>();
      for (int i = 0; i < bases.size(); i++) {
        if (coupon.covers(bases.get(i)) && before.add(i) && leftMinor[i] > 0) {
          long period = apart ? bases.get(i).period() : 0;
          buckets.computeIfAbsent(period, p -> new ArrayList<>()).add(i);
        }
      }
      return buckets;
    }

    private long wanted(Usable coupon, long period, long sumMinor) {
      BigDecimal percent = coupon.terms().percent();
      Amount amount = coupon.terms().amount();
      if (percent != null) {
        return BigDecimal.valueOf(sumMinor)
            .multiply(percent)
            .divide(HUNDRED, 0, RoundingMode.HALF_UP)
            .longValueExact();
      }
      if (amount == null || !amount.currency().equals(currency)) {
        return 0;
      }
      return amount.minorUnits() - coupon.usedMinor().getOrDefault(period, 0L);
    }

    /** Each charge bears its share, by largest remainder: never more than is left of it. */
    private void spread(Usable coupon, List<Integer> indexes, long minor, List<Discount> into) {
      List<Amount> shares =
          Split.byWeights(
              Amount.ofMinor(minor, currency), indexes.stream().map(i -> leftMinor[i]).toList());
      for (int i = 0; i < shares.size(); i++) {
        Amount share = shares.get(i);
        if (share.isPositive()) {
          into.add(new Discount(coupon.redemptionId(), indexes.get(i), share));
          leftMinor[indexes.get(i)] -= share.minorUnits();
        }
      }
      roomMinor -= minor;
    }
  }
}
