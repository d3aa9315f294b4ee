package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/**
 * A sum that went to an invoice.
 *
 * @param amount positive, in the invoice's currency
 */
public record InvoicePayment(
    UUID customerId, UUID invoiceId, Amount amount, PaymentSource source) {}
