package dev.innkeeper.billing.usage;

import dev.innkeeper.billing.problem.InvalidInput;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something measured. Immutable; checked when recorded.
 *
 * @param quantity of a counter what was used, negative to take something back; of a gauge the level
 *     that was there all the time. At most 1,000,000,000,000 and 9 decimals
 * @param from the start of the measurement; a counter's record belongs to the billing period that
 *     it starts in
 * @param to its end; the same as {@code from} for a single moment, at most 32 days later
 * @param idempotencyKey makes the record unique within its subscription, 1 to 200 characters
 * @param item what is counted by a meter that counts different items, or null
 * @param replaces the key of an earlier record of the same meter that counts no more, or null
 */
public record UsageRecord(
    UUID customerId,
    UUID subscriptionId,
    String meter,
    BigDecimal quantity,
    Instant from,
    Instant to,
    String idempotencyKey,
    @Nullable String item,
    @Nullable String replaces) {

  /** A plain measurement. */
  public static UsageRecord of(
      UUID customerId,
      UUID subscriptionId,
      String meter,
      BigDecimal quantity,
      Instant from,
      Instant to,
      String idempotencyKey) {
    return new UsageRecord(
        customerId, subscriptionId, meter, quantity, from, to, idempotencyKey, null, null);
  }

  /** Names the item that was used. */
  public UsageRecord withItem(String newItem) {
    return new UsageRecord(
        customerId, subscriptionId, meter, quantity, from, to, idempotencyKey, newItem, replaces);
  }

  /** Puts this record in the place of an earlier one. */
  public UsageRecord replacing(String key) {
    return new UsageRecord(
        customerId, subscriptionId, meter, quantity, from, to, idempotencyKey, item, key);
  }

  /**
   * Reads a quantity as a person or program wrote it: plain digits with an optional sign and
   * decimal point.
   *
   * @throws InvalidInput for anything else, such as {@code NaN} or {@code 1e30}
   */
  public static BigDecimal quantity(String text) {
    if (!text.matches("-?[0-9]{1,13}(\\.[0-9]{1,9})?")) {
      throw new InvalidInput(
          "quantity",
          "'"
              + text.substring(0, Math.min(text.length(), 40))
              + "' is not a plain number of at most 13 digits and 9 decimals");
    }
    return new BigDecimal(text);
  }
}
