package dev.innkeeper.billing.rating;

/** Which charges to take. */
public enum ChargeScope {
  /** Everything that has fallen due. */
  ALL,
  /** Only what is charged in advance: an invoice in the middle of a period. */
  ADVANCE_ONLY
}
