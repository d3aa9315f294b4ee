package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.time.Interval;
import java.math.BigDecimal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A line as issued.
 *
 * @param position from 1
 * @param subscriptionId what it is for; null for what an operator wrote
 * @param productCode whose revenue it is
 * @param component the price's component, or {@code custom}, or the discount's name
 * @param interval the time it covers; null when it covers none
 * @param unit of the quantity, such as {@code hour}
 * @param unitPrice in major units, up to 12 decimals; null when the shape of the price has no one
 *     unit price
 * @param amount the price as agreed: with tax when prices are gross; negative for discounts
 * @param net without tax; the nets of all lines add up to the invoice's net
 * @param explanation how the amount came about, for whoever asks; may be empty
 */
public record InvoiceLine(
    int position,
    @Nullable UUID subscriptionId,
    String productCode,
    String component,
    String description,
    @Nullable Interval interval,
    BigDecimal quantity,
    String unit,
    @Nullable BigDecimal unitPrice,
    Amount amount,
    Amount net,
    TaxTreatment tax,
    String explanation) {}
