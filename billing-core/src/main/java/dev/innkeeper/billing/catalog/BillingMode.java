package dev.innkeeper.billing.catalog;

/** When recurring prices of a product are charged. Hours and usage follow, never lead. */
public enum BillingMode {
  /** Monthly prices at the start of each billing period; hours and usage at its end. */
  IN_ADVANCE,
  /** Everything at the end of each billing period. */
  IN_ARREARS,
  /** Drawn from the customer's cash as time passes; nothing is invoiced. */
  PREPAID
}
