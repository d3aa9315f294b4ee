package dev.innkeeper.billing.invoice.tax;

import java.math.RoundingMode;

/**
 * Decides the tax of invoice lines. Implementations are pure functions of their configuration and
 * the subject, thread-safe, and fast: the billing run asks once per customer, class and day.
 */
public interface TaxPolicy {
  /**
   * How the subject is taxed. A buyer whose VAT id is wrong is taxed like one without.
   *
   * @throws dev.innkeeper.billing.problem.NotAllowed when no rate is known for the subject; in a
   *     billing run the customer is then parked with the message
   */
  TaxTreatment treat(TaxSubject subject);

  /** Whether prices contain the tax. */
  default PriceBasis priceBasis() {
    return PriceBasis.NET;
  }

  /** How a tax group's tax is rounded to minor units; half-up on the absolute value by default. */
  default RoundingMode rounding() {
    return RoundingMode.HALF_UP;
  }

  /** No tax at all, for sellers outside of any such system. */
  static TaxPolicy none() {
    return subject -> NoTax.TREATMENT;
  }
}
