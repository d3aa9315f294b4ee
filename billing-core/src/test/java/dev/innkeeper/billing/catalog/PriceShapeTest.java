package dev.innkeeper.billing.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.catalog.PriceShape.Tier;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Shapes against references that count unit by unit. */
class PriceShapeTest {
  @Property(tries = 2000)
  void graduatedIsEveryUnitAtThePriceOfItsOwnStep(
      @ForAll("tiers") List<Tier> tiers, @ForAll @IntRange(max = 300) int quantity) {
    BigDecimal expected = BigDecimal.ZERO;
    int last = -1;
    for (int unit = 1; unit <= quantity; unit++) {
      int step = stepOf(tiers, unit);
      for (int entered = last + 1; entered <= step; entered++) {
        expected = expected.add(tiers.get(entered).flat());
      }
      last = Math.max(last, step);
      expected = expected.add(tiers.get(step).price());
    }
    assertThat(new PriceShape.Graduated(tiers).cost(BigDecimal.valueOf(quantity)))
        .isEqualByComparingTo(expected);
  }

  @Property(tries = 2000)
  void volumeIsEveryUnitAtThePriceOfTheWholesStep(
      @ForAll("tiers") List<Tier> tiers, @ForAll @IntRange(max = 300) int quantity) {
    BigDecimal expected = BigDecimal.ZERO;
    if (quantity > 0) {
      Tier tier = tiers.get(stepOf(tiers, quantity));
      expected = tier.flat();
      for (int unit = 1; unit <= quantity; unit++) {
        expected = expected.add(tier.price());
      }
    }
    assertThat(new PriceShape.Volume(tiers).cost(BigDecimal.valueOf(quantity)))
        .isEqualByComparingTo(expected);
  }

  @Property(tries = 1000)
  void aPackageIsPaidWhenItIsBegun(
      @ForAll("money") BigDecimal price,
      @ForAll @IntRange(min = 1, max = 20) int size,
      @ForAll @IntRange(max = 300) int quantity) {
    BigDecimal expected = BigDecimal.ZERO;
    for (int unit = 1; unit <= quantity; unit++) {
      if ((unit - 1) % size == 0) {
        expected = expected.add(price);
      }
    }
    PriceShape shape = new PriceShape.PackageOf(BigDecimal.valueOf(size), price);
    assertThat(shape.cost(BigDecimal.valueOf(quantity))).isEqualByComparingTo(expected);
  }

  @Property(tries = 2000)
  void moreNeverCostsLessButByVolume(
      @ForAll("tiers") List<Tier> tiers,
      @ForAll("money") BigDecimal price,
      @ForAll("quantities") BigDecimal less,
      @ForAll("quantities") BigDecimal more) {
    List<PriceShape> shapes =
        List.of(
            new PriceShape.Flat(price),
            new PriceShape.PerUnit(price),
            new PriceShape.Graduated(tiers),
            new PriceShape.PackageOf(new BigDecimal("2.5"), price));
    for (PriceShape shape : shapes) {
      assertThat(shape.cost(BigDecimal.ZERO)).isZero();
      assertThat(shape.cost(less)).isLessThanOrEqualTo(shape.cost(less.max(more)));
    }
  }

  /** A known trait of the shape: one unit more may reach a step that is cheaper for all. */
  @Test
  void byVolumeOneUnitMoreMayCostLessInAll() {
    PriceShape shape =
        new PriceShape.Volume(
            List.of(
                new Tier(BigDecimal.TEN, BigDecimal.ONE, BigDecimal.ZERO),
                new Tier(null, new BigDecimal("0.5"), BigDecimal.ZERO)));
    assertThat(shape.cost(BigDecimal.TEN)).isEqualByComparingTo("10");
    assertThat(shape.cost(new BigDecimal("11"))).isEqualByComparingTo("5.5");
  }

  private static int stepOf(List<Tier> tiers, int unit) {
    for (int i = 0; i < tiers.size(); i++) {
      BigDecimal upTo = tiers.get(i).upTo();
      if (upTo == null || BigDecimal.valueOf(unit).compareTo(upTo) <= 0) {
        return i;
      }
    }
    throw new AssertionError("the last step has no end");
  }

  @Provide
  Arbitrary<BigDecimal> money() {
    return Arbitraries.bigDecimals().between(BigDecimal.ZERO, BigDecimal.valueOf(1000)).ofScale(12);
  }

  @Provide
  Arbitrary<BigDecimal> quantities() {
    return Arbitraries.bigDecimals().between(BigDecimal.ZERO, BigDecimal.valueOf(500)).ofScale(9);
  }

  @Provide
  Arbitrary<List<Tier>> tiers() {
    Arbitrary<List<Integer>> widths = Arbitraries.integers().between(1, 60).list().ofMaxSize(4);
    return Combinators.combine(widths, money().list().ofSize(5), money().list().ofSize(5))
        .as(
            (wide, prices, flats) -> {
              List<Tier> tiers = new ArrayList<>();
              int end = 0;
              for (int i = 0; i < wide.size(); i++) {
                end += wide.get(i);
                tiers.add(new Tier(BigDecimal.valueOf(end), prices.get(i), flats.get(i)));
              }
              tiers.add(new Tier(null, prices.get(4), flats.get(4)));
              return tiers;
            });
  }
}
