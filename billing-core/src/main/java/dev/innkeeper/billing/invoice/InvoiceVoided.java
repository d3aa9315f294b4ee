package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** An invoice was taken back as a whole. */
@EventType("invoice.voided")
public record InvoiceVoided(UUID customerId, UUID invoiceId, String number, Amount total)
    implements BillingEvent {}
