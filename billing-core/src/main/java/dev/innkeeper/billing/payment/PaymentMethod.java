package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.payment.spi.MethodReference;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A card of a customer's. Immutable.
 *
 * @param position the order in which cards are tried; the lowest is the default
 * @param disabledCode why the card is no longer charged, such as {@code stolen_card}; null while it
 *     is
 */
public record PaymentMethod(
    UUID customerId,
    UUID id,
    String provider,
    MethodReference reference,
    String brand,
    String last4,
    YearMonth expiry,
    int position,
    @Nullable String disabledCode,
    Instant addedAt) {

  /** Whether it can be charged at the time: not disabled, and its month is not over anywhere. */
  public boolean isUsableAt(Instant now) {
    return disabledCode == null
        && !YearMonth.from(now.atOffset(ZoneOffset.ofHours(-12))).isAfter(expiry);
  }

  /** For people: {@code visa …4242}. */
  public String label() {
    return brand + " …" + last4;
  }
}
