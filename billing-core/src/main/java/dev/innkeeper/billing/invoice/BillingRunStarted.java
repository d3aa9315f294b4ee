package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import java.time.Instant;
import java.util.UUID;

/**
 * A billing run began that has something to do.
 *
 * @param customerId the house, {@link dev.innkeeper.billing.ledger.Accounts#HOUSE}
 * @param runId stands in every invoice the run issues
 * @param asOf who is due by then is billed
 * @param customersDue when it began
 */
@EventType("billing_run.started")
public record BillingRunStarted(UUID customerId, UUID runId, Instant asOf, long customersDue)
    implements BillingEvent {}
