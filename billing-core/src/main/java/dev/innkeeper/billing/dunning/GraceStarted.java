package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.List;
import java.util.UUID;

/** An invoice is due and unpaid. */
@EventType("grace.started")
public record GraceStarted(UUID customerId, String policy, List<UUID> invoiceIds)
    implements BillingEvent {}
