package dev.innkeeper.billing.subscription;

import dev.innkeeper.billing.money.Currency;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What it takes to start a subscription. Immutable; checked when started.
 *
 * @param options those not given take the product's defaults
 * @param quantity 1 to 1,000,000
 */
public record NewSubscription(
    UUID customerId,
    String productCode,
    Map<String, String> options,
    long quantity,
    Currency currency,
    Map<String, String> metadata) {
  public NewSubscription {
    // Sorted, so that the same request is the same text whatever the order it came in.
    options = new TreeMap<>(options);
    metadata = new TreeMap<>(metadata);
  }

  /** One of the product with its default options. */
  public static NewSubscription of(UUID customerId, String productCode, Currency currency) {
    return new NewSubscription(customerId, productCode, Map.of(), 1, currency, Map.of());
  }

  public NewSubscription withOptions(Map<String, String> newOptions) {
    return new NewSubscription(customerId, productCode, newOptions, quantity, currency, metadata);
  }

  public NewSubscription withQuantity(long newQuantity) {
    return new NewSubscription(customerId, productCode, options, newQuantity, currency, metadata);
  }

  public NewSubscription withMetadata(Map<String, String> newMetadata) {
    return new NewSubscription(customerId, productCode, options, quantity, currency, newMetadata);
  }
}
