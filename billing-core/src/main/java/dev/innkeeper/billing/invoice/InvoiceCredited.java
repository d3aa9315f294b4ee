package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.UUID;

/**
 * All or part of an invoice was taken back by a credit note.
 *
 * @param open what is still to be paid on the invoice; at zero, nobody owes it any more
 */
@EventType("invoice.credited")
public record InvoiceCredited(
    UUID customerId,
    UUID invoiceId,
    String number,
    UUID creditNoteId,
    String creditNoteNumber,
    Amount amount,
    Amount open)
    implements BillingEvent {}
