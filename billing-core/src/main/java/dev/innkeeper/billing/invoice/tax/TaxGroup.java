package dev.innkeeper.billing.invoice.tax;

/**
 * The lines of one treatment, summed: the unit in which tax is rounded.
 *
 * @param netMinor sum of the lines' net amounts, in minor units of the invoice's currency
 * @param taxMinor the tax on that sum, rounded once
 */
public record TaxGroup(TaxTreatment treatment, long netMinor, long taxMinor) {}
