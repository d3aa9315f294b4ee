package dev.innkeeper.billing.customer;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.UUID;

/** A customer was registered. */
@EventType("customer.registered")
public record CustomerRegistered(UUID customerId, String name, String email)
    implements BillingEvent {}
