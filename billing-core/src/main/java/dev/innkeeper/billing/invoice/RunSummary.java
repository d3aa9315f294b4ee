package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.util.Map;
import java.util.UUID;

/**
 * What a billing run came to, by the database.
 *
 * @param customers whose due charges were taken
 * @param invoices issued, credit notes included
 * @param parked customers set aside
 * @param invoiced the totals of the run's invoices, tax included, credit notes left out
 * @param booked what the ledger's transfers of the same invoices debited the customers' receivables
 */
public record RunSummary(
    UUID runId,
    long customers,
    long invoices,
    long parked,
    Map<Currency, Amount> invoiced,
    Map<Currency, Amount> booked) {

  /** Whether the ledger says what the invoices say, to the minor unit. */
  public boolean ties() {
    return invoiced.equals(booked);
  }
}
