package dev.innkeeper.billing.rating;

/** Why a charge is made. */
public enum ChargeKind {
  /** A set-up fee. */
  ONCE,
  /** Elapsed time, by the hour or month. */
  RECURRING,
  /** Time of a trial; its amount is zero. */
  TRIAL,
  /** What a meter counted. */
  USAGE,
  /** Time charged in advance that was not used after all; its amount is zero or less. */
  CREDIT,
  /** A difference to usage that was charged before: records came late or were corrected. */
  ADJUSTMENT
}
