package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What is due will be suspended at {@code at} unless it is paid. */
@EventType("grace.ending")
public record GraceEnding(UUID customerId, Instant at, List<UUID> invoiceIds)
    implements BillingEvent {}
