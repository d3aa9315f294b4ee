package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** An invoice was paid to the last minor unit. */
@EventType("invoice.paid")
public record InvoicePaid(UUID customerId, UUID invoiceId, String number, Amount total)
    implements BillingEvent {}
