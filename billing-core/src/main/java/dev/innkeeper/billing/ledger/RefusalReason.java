package dev.innkeeper.billing.ledger;

/** Why the ledger refused a transfer. */
public enum RefusalReason {
  /** An account would go below its floor, holds counted. */
  INSUFFICIENT_FUNDS("insufficient-funds", true),
  /** Another transfer of the linked group was refused. */
  LINKED_FAILED("linked-failed", true),
  /** The hold was captured, released or expired. */
  HOLD_NOT_OPEN("hold-not-open", true),
  /** The capture takes more than is still held, or does not take it from the held account. */
  HOLD_EXCEEDED("hold-exceeded", true),
  /** The transfer was reversed before. */
  ALREADY_REVERSED("already-reversed", true),
  /** There is no posted transfer of the id that is to be reversed. */
  NOT_POSTED("not-posted", false),
  /** There is no hold of this id. */
  UNKNOWN_HOLD("unknown-hold", false),
  /** The chart does not know the account, and nobody opened it. */
  UNKNOWN_ACCOUNT("unknown-account", false),
  /** A balance would leave the range of 64 bits. */
  BALANCE_OVERFLOW("balance-overflow", false);

  private final String code;
  private final boolean stored;

  RefusalReason(String code, boolean stored) {
    this.code = code;
    this.stored = stored;
  }

  /** A stable word for programs. */
  public String code() {
    return code;
  }

  /**
   * Whether the refusal is the answer to this id for good. A request that can't be right writes
   * nothing and is judged again when it is sent again.
   */
  public boolean isStored() {
    return stored;
  }
}
