package dev.innkeeper.billing.db;

import org.jdbi.v3.core.ConnectionException;

/** Tells failures that a customer's data causes from those of the machinery. */
public final class Faults {
  private Faults() {}

  /**
   * Whether the same work would fail for the same customer again, but not for others: a constraint
   * violated, a value out of range, a state that can't be. A lost connection, a full disk or a
   * timeout is none of that, and must not park anyone.
   */
  public static boolean isOfTheData(RuntimeException failure) {
    String state = Database.sqlState(failure);
    if (state != null) {
      return state.startsWith("22") || state.startsWith("23");
    }
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof java.sql.SQLException || t instanceof ConnectionException) {
        return false;
      }
    }
    return true;
  }

  /** A failure in a line, for whoever reads why somebody was parked. */
  public static String describe(RuntimeException failure) {
    return failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }
}
