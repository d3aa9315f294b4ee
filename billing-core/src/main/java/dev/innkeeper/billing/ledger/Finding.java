package dev.innkeeper.billing.ledger;

/**
 * A row of the books that is not what it was when it was sealed, or does not fit the others.
 *
 * @param kind what happened to it
 * @param table where it is, or was
 * @param row its key, as far as it can be told
 * @param message for people
 */
public record Finding(Kind kind, String table, String row, String message) {
  /** What was done to a row. */
  public enum Kind {
    ALTERED,
    REMOVED,
    INSERTED,
    REORDERED
  }
}
