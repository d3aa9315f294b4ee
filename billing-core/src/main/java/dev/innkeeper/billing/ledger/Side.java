package dev.innkeeper.billing.ledger;

/** The side of an account that a posting goes to. */
public enum Side {
  DEBIT(1),
  CREDIT(-1);

  private final int sign;

  Side(int sign) {
    this.sign = sign;
  }

  /** Stored balances are debits minus credits. */
  int sign() {
    return sign;
  }

  Side opposite() {
    return this == DEBIT ? CREDIT : DEBIT;
  }
}
