package dev.innkeeper.billing.invoice.tax;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tax of an invoice: computed and rounded once per group of lines with the same treatment, as
 * EN 16931 asks, never per line.
 *
 * <p>From net prices, a group's tax is {@code round(sum × rate)}. From gross prices, a group's net
 * is {@code round(sum / (1 + rate))} and the tax is the rest, so that the customer pays exactly the
 * sum of the prices; the net of each line is the difference of rounded running sums, so that lines
 * add up to their group.
 *
 * @param netMinor the net of each line, in the order given
 * @param groups in the order of their first line
 */
public record TaxedLines(List<Long> netMinor, List<TaxGroup> groups) {
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  /** One group under construction. */
  private static final class Running {
    long priced;
    long net;
  }

  /**
   * Computes the tax.
   *
   * @param pricedMinor the lines' prices, of any sign
   * @param treatments one a line, in the same order
   * @throws ArithmeticException when a sum is beyond {@code long}
   */
  public static TaxedLines of(
      List<Long> pricedMinor, List<TaxTreatment> treatments, TaxPolicy policy) {
    if (pricedMinor.size() != treatments.size()) {
      throw new IllegalArgumentException("every line needs a treatment");
    }
    boolean gross = policy.priceBasis() == PriceBasis.GROSS;
    Map<TaxTreatment, Running> running = new LinkedHashMap<>();
    List<Long> nets = new ArrayList<>(pricedMinor.size());
    for (int i = 0; i < pricedMinor.size(); i++) {
      TaxTreatment treatment = treatments.get(i);
      Running group = running.computeIfAbsent(treatment, t -> new Running());
      group.priced = Math.addExact(group.priced, pricedMinor.get(i));
      long netSoFar =
          gross ? netOf(group.priced, treatment.percent(), policy.rounding()) : group.priced;
      nets.add(Math.subtractExact(netSoFar, group.net));
      group.net = netSoFar;
    }
    List<TaxGroup> groups = new ArrayList<>(running.size());
    running.forEach(
        (treatment, group) -> {
          long tax =
              gross
                  ? Math.subtractExact(group.priced, group.net)
                  : taxOn(group.net, treatment.percent(), policy.rounding());
          groups.add(new TaxGroup(treatment, group.net, tax));
        });
    return new TaxedLines(nets, groups);
  }

  /** The sum of the lines' nets. */
  public long totalNetMinor() {
    long sum = 0;
    for (TaxGroup group : groups) {
      sum = Math.addExact(sum, group.netMinor());
    }
    return sum;
  }

  /** The sum of the groups' taxes. */
  public long totalTaxMinor() {
    long sum = 0;
    for (TaxGroup group : groups) {
      sum = Math.addExact(sum, group.taxMinor());
    }
    return sum;
  }

  private static long taxOn(long netMinor, BigDecimal percent, RoundingMode rounding) {
    if (percent.signum() == 0) {
      return 0;
    }
    return BigDecimal.valueOf(netMinor)
        .multiply(percent)
        .movePointLeft(2)
        .setScale(0, rounding)
        .longValueExact();
  }

  private static long netOf(long grossMinor, BigDecimal percent, RoundingMode rounding) {
    if (percent.signum() == 0) {
      return grossMinor;
    }
    return BigDecimal.valueOf(grossMinor)
        .multiply(HUNDRED)
        .divide(HUNDRED.add(percent), 0, rounding)
        .longValueExact();
  }
}
