package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A rated part of a subscription: what becomes an invoice line or is drawn from prepaid cash.
 * Immutable.
 *
 * @param component the price component's code
 * @param description for people: product and component
 * @param interval the time it is for; for a {@link ChargeKind#CREDIT} the time given back
 * @param quantity hours, months, units or 1; up to 6 decimals for time, as metered for usage
 * @param unit {@code h}, {@code month}, the meter's unit, or {@code once}
 * @param unitPrice the exact price of one unit, or null where tiers, minimum or cap leave none
 * @param amount without tax, rounded to the minor unit; may be zero, and negative when something is
 *     given back
 * @param explanation how it came about, such as {@code 312.5 h × 0.00694 EUR, capped at 4.99 EUR}
 */
public record Charge(
    UUID customerId,
    UUID subscriptionId,
    String productCode,
    String component,
    String description,
    Interval interval,
    BigDecimal quantity,
    String unit,
    @Nullable BigDecimal unitPrice,
    Amount amount,
    ChargeKind kind,
    String explanation) {}
