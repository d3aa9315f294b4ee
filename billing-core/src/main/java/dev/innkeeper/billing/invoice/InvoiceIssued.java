package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.time.Instant;
import java.util.UUID;

/** An invoice or credit note was issued. */
@EventType("invoice.issued")
public record InvoiceIssued(
    UUID customerId, UUID invoiceId, String number, String kind, Amount total, Instant dueAt)
    implements BillingEvent {}
