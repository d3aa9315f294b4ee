package dev.innkeeper.billing.customer;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/** A customer's name, address or company changed; invoices say so from now on. */
@EventType("customer.changed")
public record CustomerChanged(UUID customerId, String name, String email) implements BillingEvent {}
