package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/**
 * What a billing run did, on this node.
 *
 * @param runId stands in every invoice the run issued
 * @param customers whose due charges were taken, with or without an invoice
 * @param invoices issued, credit notes included
 * @param parked customers set aside by this run
 * @param totals of the invoices, tax included, less those of credit notes: what the receivables of
 *     the ledger grew by
 * @param left customers that were due at the end, because others held them
 */
public record RunReport(
    UUID runId,
    long customers,
    long invoices,
    long parked,
    Map<Currency, Amount> totals,
    long left,
    Duration took) {}
