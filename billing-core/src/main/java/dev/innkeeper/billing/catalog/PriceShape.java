package dev.innkeeper.billing.catalog;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a quantity becomes a sum. Exact: nothing is rounded here. A quantity of zero costs nothing,
 * whatever the shape. Immutable.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "shape")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PriceShape.Flat.class, name = "flat"),
  @JsonSubTypes.Type(value = PriceShape.PerUnit.class, name = "per-unit"),
  @JsonSubTypes.Type(value = PriceShape.Graduated.class, name = "graduated"),
  @JsonSubTypes.Type(value = PriceShape.Volume.class, name = "volume"),
  @JsonSubTypes.Type(value = PriceShape.PackageOf.class, name = "package")
})
public sealed interface PriceShape {
  /**
   * The exact price of the quantity in major units.
   *
   * @param quantity not negative
   */
  BigDecimal cost(BigDecimal quantity);

  /** The same sum for any quantity above zero. */
  record Flat(BigDecimal price) implements PriceShape {
    @Override
    public BigDecimal cost(BigDecimal quantity) {
      return quantity.signum() == 0 ? BigDecimal.ZERO : price;
    }
  }

  /** A price for each unit, and for parts of one accordingly. */
  record PerUnit(BigDecimal price) implements PriceShape {
    @Override
    public BigDecimal cost(BigDecimal quantity) {
      return price.multiply(quantity);
    }
  }

  /**
   * One step of a graduated or volume price.
   *
   * @param upTo the last quantity of the step, included; null for the last step, without end
   * @param price for each unit
   * @param flat added once when the step is reached
   */
  record Tier(@Nullable BigDecimal upTo, BigDecimal price, BigDecimal flat) {}

  /** Every unit costs what its own step says. */
  record Graduated(List<Tier> tiers) implements PriceShape {
    public Graduated {
      tiers = List.copyOf(tiers);
    }

    @Override
    public BigDecimal cost(BigDecimal quantity) {
      BigDecimal total = BigDecimal.ZERO;
      BigDecimal start = BigDecimal.ZERO;
      for (Tier tier : tiers) {
        if (quantity.compareTo(start) <= 0) {
          break;
        }
        BigDecimal end = tier.upTo() == null ? quantity : tier.upTo().min(quantity);
        total = total.add(tier.flat()).add(tier.price().multiply(end.subtract(start)));
        start = end;
      }
      return total;
    }
  }

  /** Every unit costs what the step says that the whole quantity falls into. */
  record Volume(List<Tier> tiers) implements PriceShape {
    public Volume {
      tiers = List.copyOf(tiers);
    }

    @Override
    public BigDecimal cost(BigDecimal quantity) {
      if (quantity.signum() == 0) {
        return BigDecimal.ZERO;
      }
      for (Tier tier : tiers) {
        if (tier.upTo() == null || quantity.compareTo(tier.upTo()) <= 0) {
          return tier.flat().add(tier.price().multiply(quantity));
        }
      }
      throw new IllegalStateException("the last step has no end");
    }
  }

  /** A price for each package that was begun. */
  record PackageOf(BigDecimal size, BigDecimal price) implements PriceShape {
    @Override
    public BigDecimal cost(BigDecimal quantity) {
      return price.multiply(quantity.divide(size, 0, RoundingMode.CEILING));
    }
  }
}
