package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/**
 * So much of an invoice is open again: money that had paid it was taken back, or what was written
 * off is owed after all.
 */
@EventType("invoice.reopened")
public record InvoiceReopened(UUID customerId, UUID invoiceId, Amount amount)
    implements BillingEvent {}
