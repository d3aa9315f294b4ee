package dev.innkeeper.provisioner;

import java.math.BigDecimal;

/**
 * What a resource will cost the hoster, not the customer.
 *
 * @param currency ISO 4217 or the provider's own code, such as {@code EUR} or {@code TFT}
 * @param perHour in major units, not rounded
 * @param explanation how it came about, such as {@code 3 × e2-standard-2 in europe-west1}
 */
public record CostEstimate(String currency, BigDecimal perHour, String explanation) {
  public CostEstimate {
    if (perHour.signum() < 0) {
      throw new IllegalArgumentException("perHour: must not be negative, was " + perHour);
    }
  }
}
