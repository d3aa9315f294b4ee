package dev.innkeeper.billing.ledger;

/** What an account stands for, which decides the side its balance grows on. */
public enum AccountType {
  /** What we have or are owed; grows by debits. */
  ASSET(Side.DEBIT),
  /** What we owe, prepaid money among it; grows by credits. */
  LIABILITY(Side.CREDIT),
  /** What we earned; grows by credits. */
  INCOME(Side.CREDIT),
  /** What it cost us; grows by debits. */
  EXPENSE(Side.DEBIT);

  private final Side naturalSide;

  AccountType(Side naturalSide) {
    this.naturalSide = naturalSide;
  }

  /** The side on which a balance of this type is positive. */
  public Side naturalSide() {
    return naturalSide;
  }

  /** Turns debits minus credits into the natural sign, and back. */
  long natural(long debitsMinusCredits) {
    return naturalSide == Side.DEBIT ? debitsMinusCredits : Math.negateExact(debitsMinusCredits);
  }
}
