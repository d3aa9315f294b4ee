package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/** The billing run leaves the customer out until someone has seen to the reason. */
@EventType("invoice.parked")
public record InvoiceParked(UUID customerId, String reason) implements BillingEvent {}
