package dev.innkeeper.billing.invoice;

/** The two rows of numbers that a seller's documents are counted in, each without a gap. */
enum Series {
  INVOICES,
  CREDIT_NOTES
}
