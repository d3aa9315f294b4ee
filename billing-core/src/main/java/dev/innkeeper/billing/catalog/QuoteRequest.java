package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.money.Currency;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody would like to know the price of. Immutable.
 *
 * @param options those not given take their defaults
 * @param quantity 1 to 1,000,000
 * @param duration how long it would run, or null when only the rates matter
 * @param usageAMonth expected quantity by meter; a meter not named is taken as unused
 */
public record QuoteRequest(
    String productCode,
    Map<String, String> options,
    Currency currency,
    long quantity,
    @Nullable Duration duration,
    Map<String, BigDecimal> usageAMonth) {
  public QuoteRequest {
    options = Map.copyOf(options);
    usageAMonth = Map.copyOf(usageAMonth);
  }

  /** One of the product, without usage. */
  public static QuoteRequest of(
      String productCode, Map<String, String> options, Currency currency) {
    return new QuoteRequest(productCode, options, currency, 1, null, Map.of());
  }

  public QuoteRequest withDuration(Duration newDuration) {
    return new QuoteRequest(productCode, options, currency, quantity, newDuration, usageAMonth);
  }

  public QuoteRequest withQuantity(long newQuantity) {
    return new QuoteRequest(productCode, options, currency, newQuantity, duration, usageAMonth);
  }

  public QuoteRequest withUsage(String meter, BigDecimal quantityAMonth) {
    Map<String, BigDecimal> usage = new java.util.HashMap<>(usageAMonth);
    usage.put(meter, quantityAMonth);
    return new QuoteRequest(productCode, options, currency, quantity, duration, usage);
  }
}
