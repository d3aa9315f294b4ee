package dev.innkeeper.billing.payment;

/** Where money for an invoice can come from, in the order in which it is taken. */
public enum PaymentSource {
  /** Promotional credit. */
  VOUCHER,
  /** Prepaid money of the customer's. */
  CASH,
  /** A card. */
  CARD
}
