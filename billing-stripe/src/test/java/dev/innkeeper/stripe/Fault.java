package dev.innkeeper.stripe;

/** What can go wrong with one request to the double. */
enum Fault {
  NONE(false),
  /** Arrives, is not carried out, never answered. */
  HANG_BEFORE(false),
  /** Carried out, never answered. */
  HANG_AFTER(true),
  /** The connection breaks before anything is done. */
  RESET_BEFORE(false),
  /** The connection breaks instead of an answer. */
  RESET_AFTER(true),
  /** Stripe fails before it commits; the key remembers the failure. */
  ERROR_BEFORE(false),
  /** Stripe fails after it committed; the key remembers the failure. */
  ERROR_AFTER(true),
  /** A proxy's page instead of an answer. */
  BAD_GATEWAY(true),
  /** Half of the answer, as if it were whole. */
  TRUNCATED(true),
  /** The connection breaks amid the answer. */
  CUT(true),
  /** Not carried out, and said so. */
  TOO_MANY(false),
  /** Not carried out, since another request holds the object. */
  LOCK_TIMEOUT(false);

  private final boolean isCarriedOut;

  Fault(boolean isCarriedOut) {
    this.isCarriedOut = isCarriedOut;
  }

  boolean isCarriedOut() {
    return isCarriedOut || this == NONE;
  }
}
