package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All accounts, summed by code and currency.
 *
 * @param rows sorted by currency and code
 */
public record TrialBalance(List<Row> rows) {
  /**
   * The accounts of one code.
   *
   * @param accounts how many there are
   * @param balance on the natural side of the type
   */
  public record Row(String code, AccountType type, long accounts, Amount balance) {}

  /** Debits minus credits of everything, in minor units: zero, or the books are broken. */
  public Map<Currency, BigInteger> differences() {
    Map<Currency, BigInteger> sums = new TreeMap<>();
    for (Row row : rows) {
      BigInteger natural = BigInteger.valueOf(row.balance().minorUnits());
      sums.merge(
          row.balance().currency(),
          row.type().naturalSide() == Side.DEBIT ? natural : natural.negate(),
          BigInteger::add);
    }
    return sums;
  }

  public boolean isBalanced() {
    return differences().values().stream().allMatch(sum -> sum.signum() == 0);
  }
}
