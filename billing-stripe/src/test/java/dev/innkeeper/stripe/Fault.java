package dev.innkeeper.stripe;

/** What can go wrong with one request to the double. */
enum Fault {
  NONE,
  /** Arrives, is not carried out, never answered. */
  HANG_BEFORE,
  /** Carried out, never answered. */
  HANG_AFTER,
  /** The connection breaks before anything is done. */
  RESET_BEFORE,
  /** The connection breaks instead of an answer. */
  RESET_AFTER,
  /** Stripe fails before it commits; the key remembers the failure. */
  ERROR_BEFORE,
  /** Stripe fails after it committed; the key remembers the failure. */
  ERROR_AFTER,
  /** A proxy's page instead of an answer. */
  BAD_GATEWAY,
  /** Half of the answer, as if it were whole. */
  TRUNCATED,
  /** The connection breaks amid the answer. */
  CUT,
  /** Not carried out, and said so. */
  TOO_MANY,
  /** Not carried out, since another request holds the object. */
  LOCK_TIMEOUT;

  boolean isHang() {
    return this == HANG_BEFORE || this == HANG_AFTER;
  }
}
