package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** Money that had paid an invoice was taken back; so much of it is open again. */
@EventType("invoice.reopened")
public record InvoiceReopened(UUID customerId, UUID invoiceId, Amount amount)
    implements BillingEvent {}
