package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.money.Currency;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a catalog should hold. What it does not mention stays as it is: nothing is removed by
 * omission. Immutable.
 */
public record CatalogDefinition(List<Meter> meters, List<Offer> offers) {
  public CatalogDefinition {
    meters = List.copyOf(meters);
    offers = List.copyOf(offers);
  }

  /** A product and its prices. */
  public record Offer(Product product, List<Price> prices) {
    public Offer {
      prices = List.copyOf(prices);
    }
  }

  /**
   * A price to publish, as {@link PriceVersion} describes it.
   *
   * @param effectiveFrom null for the moment it is applied, if it differs from what is in force
   */
  public record Price(
      Map<String, String> when,
      Currency currency,
      @Nullable Instant effectiveFrom,
      RaisePolicy raise,
      Duration notice,
      Duration trial,
      MonthLength month,
      List<PriceComponent> components) {
    public Price {
      when = Map.copyOf(when);
      components = List.copyOf(components);
    }
  }
}
