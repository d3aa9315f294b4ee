package dev.innkeeper.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceShape;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class UsageCostTest {
  private static final BigDecimal STEP = BigDecimal.TEN;

  /** The part of a period, in seconds, for which a price was in force. */
  record Share(long active, long period) {}

  @Property(tries = 4000)
  void whatIsBeyondTheIncludedShareIsPricedExactlyWithinMinimumAndMaximum(
      @ForAll("shapes") PriceShape shape,
      @ForAll("shares") Share share,
      @ForAll("values") BigDecimal includedASecond,
      @ForAll("values") BigDecimal minimum,
      @ForAll("values") BigDecimal above,
      @ForAll("quantities") BigDecimal beyond,
      @ForAll("quantities") BigDecimal more) {
    BigDecimal active = BigDecimal.valueOf(share.active());
    BigDecimal period = BigDecimal.valueOf(share.period());
    BigDecimal maximum = minimum.add(above);
    PriceComponent component =
        new PriceComponent(
            "c",
            "c",
            PriceComponent.Per.UNIT,
            "m",
            shape,
            includedASecond.multiply(period),
            minimum,
            maximum);
    // The share of what is included has few decimals, though the share itself may have no end.
    BigDecimal quantity = includedASecond.multiply(active).add(beyond);
    BigDecimal cost = cost(component, quantity, share);
    BigDecimal least = minimum.multiply(active).divide(period, 12, RoundingMode.HALF_UP);
    assertThat(cost).isEqualByComparingTo(shape.cost(beyond).max(least).min(maximum));
    assertThat(cost(component, quantity.add(more), share)).isGreaterThanOrEqualTo(cost);
    assertThat(cost(component, includedASecond.multiply(active), share))
        .isEqualByComparingTo(least);
  }

  private static BigDecimal cost(PriceComponent component, BigDecimal quantity, Share share) {
    return UsageRater.cost(component, quantity, share.active(), share.period());
  }

  @Provide
  Arbitrary<BigDecimal> values() {
    return Arbitraries.bigDecimals().between(BigDecimal.ZERO, BigDecimal.valueOf(900)).ofScale(6);
  }

  /** Any, and often those at which a step or a package ends. */
  @Provide
  Arbitrary<BigDecimal> quantities() {
    return Arbitraries.oneOf(
        values(), Arbitraries.integers().between(0, 9).map(i -> STEP.multiply(new BigDecimal(i))));
  }

  /** Of months of 28 to 31 days, some with an hour more or less. */
  @Provide
  Arbitrary<Share> shares() {
    Arbitrary<Long> periods =
        Combinators.combine(
                Arbitraries.integers().between(28, 31), Arbitraries.integers().between(-1, 1))
            .as((days, hours) -> Duration.ofDays(days).plusHours(hours).toSeconds());
    return periods.flatMap(
        period ->
            Arbitraries.oneOf(
                    Arbitraries.just(period),
                    Arbitraries.longs().between(0, period),
                    Arbitraries.longs().between(0, 28).map(day -> Duration.ofDays(day).toSeconds()))
                .map(active -> new Share(Math.min(active, period), period)));
  }

  /** With prices that never fall: more never costs less. */
  @Provide
  Arbitrary<PriceShape> shapes() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 4), values(), values(), values(), values())
        .as(
            (kind, price, raise, flat, higher) -> {
              List<PriceShape.Tier> tiers =
                  List.of(
                      new PriceShape.Tier(STEP, price, flat),
                      new PriceShape.Tier(null, price.add(raise), flat.add(higher)));
              return switch (kind) {
                case 0 -> new PriceShape.Flat(price);
                case 1 -> new PriceShape.PerUnit(price);
                case 2 -> new PriceShape.Graduated(tiers);
                case 3 -> new PriceShape.Volume(tiers);
                default -> new PriceShape.PackageOf(STEP, price);
              };
            });
  }
}
