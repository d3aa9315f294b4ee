package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.util.List;
import java.util.UUID;

/** Nothing is due any more; what was suspended for want of payment runs again. */
@EventType("grace.ended")
public record GraceEnded(UUID customerId, List<UUID> resumedSubscriptionIds)
    implements BillingEvent {}
