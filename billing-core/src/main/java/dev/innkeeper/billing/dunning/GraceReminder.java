package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.List;
import java.util.UUID;

/** A reminder of what is due and unpaid; {@code number} counts them from 1. */
@EventType("grace.reminder")
public record GraceReminder(UUID customerId, int number, List<UUID> invoiceIds)
    implements BillingEvent {}
