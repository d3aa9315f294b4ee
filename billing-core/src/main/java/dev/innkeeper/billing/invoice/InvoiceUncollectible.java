package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/** What was open on an invoice was given up. */
@EventType("invoice.uncollectible")
public record InvoiceUncollectible(
    UUID customerId, UUID invoiceId, String number, Amount writtenOff) implements BillingEvent {}
