package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.time.Interval;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invoice or credit note. What was issued never changes; {@code status} and the four sums that
 * say what became of the total do. Immutable.
 *
 * <p>Always {@code net + tax = total}, and once issued {@code open + settled + credited +
 * writtenOff = total}, to the minor unit.
 *
 * @param number null while a draft
 * @param period the time that a cycle invoice bills; null for others
 * @param issuedAt null while a draft
 * @param dueAt the end of the last day to pay; null while a draft
 * @param total what the buyer owes, tax included
 * @param open what is still to be paid
 * @param settled what was paid and not given back
 * @param credited what credit notes, or voiding, took back
 * @param writtenOff what was given up
 * @param taxGroups one for each treatment, in the order of their first line
 * @param seller as it was at issue
 * @param buyer as it was at issue
 * @param corrects the invoice that a credit note takes back; null for others
 * @param note free text for the buyer, or null
 */
public record Invoice(
    UUID id,
    @Nullable String number,
    UUID customerId,
    InvoiceKind kind,
    InvoiceStatus status,
    Currency currency,
    @Nullable Interval period,
    @Nullable Instant issuedAt,
    @Nullable Instant dueAt,
    Amount net,
    Amount tax,
    Amount total,
    Amount open,
    Amount settled,
    Amount credited,
    Amount writtenOff,
    List<InvoiceLine> lines,
    List<TaxGroup> taxGroups,
    Seller seller,
    Party buyer,
    @Nullable UUID corrects,
    @Nullable String note) {

  /**
   * What to write on a transfer that pays it, a creditor reference of ISO 11649; null while a draft
   * and for credit notes.
   */
  public @Nullable String paymentReference() {
    return number == null || kind == InvoiceKind.CREDIT_NOTE ? null : PaymentReference.of(number);
  }
}
