package dev.innkeeper.billing.invoice;

/** Where an invoice stands. */
public enum InvoiceStatus {
  /** Not issued: it has no number, and may change or vanish. */
  DRAFT,
  /** Issued, and something is still to be paid. */
  OPEN,
  /** Nothing is left to pay. Credit notes, which ask for nothing, are issued as paid. */
  PAID,
  /** Taken back as a whole before anything was paid; it keeps its number. */
  VOID,
  /** Given up: what was open is written off. */
  UNCOLLECTIBLE
}
