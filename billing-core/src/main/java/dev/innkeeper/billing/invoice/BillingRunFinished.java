package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.event.EventType;
import dev.innkeeper.billing.money.Amount;
import java.util.List;
import java.util.UUID;

/**
 * A billing run came to its end; one that was cut off never says so.
 *
 * @param customerId the house, {@link dev.innkeeper.billing.ledger.Accounts#HOUSE}
 * @param customers whose due charges were taken
 * @param invoices issued, credit notes included
 * @param parked customers set aside by this run
 * @param totals one a currency, credit notes taken off
 * @param left customers that were due at the end, because others held them
 * @param tookMillis from its start
 */
@EventType("billing_run.finished")
public record BillingRunFinished(
    UUID customerId,
    UUID runId,
    long customers,
    long invoices,
    long parked,
    List<Amount> totals,
    long left,
    long tookMillis)
    implements BillingEvent {}
