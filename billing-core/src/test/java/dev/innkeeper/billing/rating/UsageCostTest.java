package dev.innkeeper.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.catalog.PriceComponent;
import dev.innkeeper.billing.catalog.PriceShape;
import java.math.BigDecimal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class UsageCostTest {
  @Property(tries = 2000)
  void minimumAndMaximumHoldAndMoreNeverCostsLess(
      @ForAll("values") BigDecimal price,
      @ForAll("values") BigDecimal included,
      @ForAll("values") BigDecimal minimum,
      @ForAll("values") BigDecimal above,
      @ForAll("values") BigDecimal quantity,
      @ForAll("values") BigDecimal more) {
    BigDecimal maximum = minimum.add(above);
    PriceComponent component =
        new PriceComponent(
            "c",
            "c",
            PriceComponent.Per.UNIT,
            "m",
            new PriceShape.PerUnit(price),
            included,
            minimum,
            maximum);
    BigDecimal cost = UsageRater.cost(component, quantity, BigDecimal.ONE);
    assertThat(cost).isBetween(minimum, maximum);
    assertThat(UsageRater.cost(component, quantity.add(more), BigDecimal.ONE))
        .isGreaterThanOrEqualTo(cost);
    BigDecimal billable = quantity.subtract(included).max(BigDecimal.ZERO);
    assertThat(cost).isEqualByComparingTo(price.multiply(billable).max(minimum).min(maximum));
  }

  @Provide
  Arbitrary<BigDecimal> values() {
    return Arbitraries.bigDecimals().between(BigDecimal.ZERO, BigDecimal.valueOf(900)).ofScale(6);
  }
}
