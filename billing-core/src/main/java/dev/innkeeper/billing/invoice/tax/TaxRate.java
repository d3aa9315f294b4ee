package dev.innkeeper.billing.invoice.tax;

import java.math.BigDecimal;
import java.time.LocalDate;

/**
 * A country's rate for a class of products, from a day on until the next row for both.
 *
 * @param country ISO 3166-1 alpha-2, upper case
 * @param percent such as 19; 0 is a zero rate
 */
public record TaxRate(String country, String taxClass, LocalDate from, BigDecimal percent) {}
