package dev.innkeeper.billing.invoice.tax;

/** Whether prices contain the tax that applies. */
public enum PriceBasis {
  /** Tax is added to the price. */
  NET,
  /** The price contains the tax, whatever its rate. */
  GROSS
}
