package dev.innkeeper.billing.db;

/**
 * A transaction lost against others that wanted the same rows in another order. Nothing of it took
 * effect once it is rolled back; run as a whole again, it may succeed.
 */
public final class Contention extends RuntimeException {
  Contention(RuntimeException cause) {
    super(
        "the transaction lost against others that wanted the same rows: roll it back and run it"
            + " again; transactions that take rows in one order never get here",
        cause);
  }
}
