package dev.innkeeper.billing.money;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Splits a sum so that the parts add up to it to the minor unit. */
public final class Split {
  private Split() {}

  /**
   * Splits by weights with the largest-remainder method: every part is its exact share rounded
   * towards zero, and the units left over go to the largest remainders, ties to the earlier weight.
   * The caller orders the weights by a stable key, so that the same input gives the same parts.
   *
   * @param amount any sign
   * @param weights none negative, not all zero
   * @return one amount a weight, in the same order, each of the amount's sign or zero
   * @throws IllegalArgumentException when a weight is negative or all are zero
   */
  public static List<Amount> byWeights(Amount amount, List<Long> weights) {
    BigInteger total = BigInteger.ZERO;
    for (long weight : weights) {
      if (weight < 0) {
        throw new IllegalArgumentException("a weight is negative: " + weight);
      }
      total = total.add(BigInteger.valueOf(weight));
    }
    if (total.signum() == 0) {
      throw new IllegalArgumentException("the weights are all zero");
    }
    BigInteger units = BigInteger.valueOf(amount.minorUnits()).abs();
    List<BigInteger> parts = new ArrayList<>();
    List<BigInteger> remainders = new ArrayList<>();
    BigInteger left = units;
    for (long weight : weights) {
      BigInteger[] share = units.multiply(BigInteger.valueOf(weight)).divideAndRemainder(total);
      parts.add(share[0]);
      remainders.add(share[1]);
      left = left.subtract(share[0]);
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparing((Integer i) -> remainders.get(i)).reversed());
    for (int i = 0; i < left.intValueExact(); i++) {
      int index = order.get(i);
      parts.set(index, parts.get(index).add(BigInteger.ONE));
    }
    List<Amount> result = new ArrayList<>();
    for (BigInteger part : parts) {
      BigInteger signed = amount.isNegative() ? part.negate() : part;
      result.add(new Amount(signed.longValueExact(), amount.currency()));
    }
    return List.copyOf(result);
  }
}
