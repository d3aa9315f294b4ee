package dev.innkeeper.billing.invoice;

/** What made an invoice. */
public enum InvoiceKind {
  /** The charges of a billing period; one for each customer, currency and period. */
  CYCLE,
  /** Charges in advance that fell due within a period. */
  IMMEDIATE,
  /** Lines that an operator wrote. */
  CUSTOM,
  /** Takes back all or part of an earlier invoice; its amounts are positive. */
  CREDIT_NOTE;

  /** Which series of numbers it draws from. */
  Series series() {
    return this == CREDIT_NOTE ? Series.CREDIT_NOTES : Series.INVOICES;
  }
}
