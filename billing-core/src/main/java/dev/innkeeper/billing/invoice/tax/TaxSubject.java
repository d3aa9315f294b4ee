package dev.innkeeper.billing.invoice.tax;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What decides the tax of a line.
 *
 * @param buyerCountry ISO 3166-1 alpha-2, or null when the customer gave none
 * @param buyerVatId as the customer gave it, or null; the policy checks it
 * @param taxClass {@code standard} for all that the catalog sells; lines written by hand may have
 *     another
 * @param supplyDate the day whose rates apply
 */
public record TaxSubject(
    @Nullable String buyerCountry,
    @Nullable String buyerVatId,
    String taxClass,
    LocalDate supplyDate) {
  /** The class of everything that is taxed at a country's main rate. */
  public static final String STANDARD_CLASS = "standard";
}
