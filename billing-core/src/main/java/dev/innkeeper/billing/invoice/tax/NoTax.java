package dev.innkeeper.billing.invoice.tax;

/** The treatment of a seller who charges no tax. */
final class NoTax {
  static final TaxTreatment TREATMENT =
      TaxTreatment.untaxed(TaxCategory.OUT_OF_SCOPE, "none", "Not subject to tax");

  private NoTax() {}
}
