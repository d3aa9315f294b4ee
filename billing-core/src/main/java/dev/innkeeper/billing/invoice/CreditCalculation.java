package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.invoice.tax.PriceBasis;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.invoice.tax.TaxedLines;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.problem.InvalidInput;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a credit note takes back, given what earlier ones took.
 *
 * <p>Tax is the difference of two running sums: tax on all that is taken back so far, less tax on
 * what was taken back before. So credit notes never add up to more than their invoice, and to
 * exactly as much once every line is taken back. Pure.
 *
 * @param amounts by line of the invoice, with zeros for lines not touched
 * @param taxed their nets and groups; every group of the invoice is there, in its order
 */
record CreditCalculation(List<Long> amounts, TaxedLines taxed) {

  /**
   * Computes a credit note.
   *
   * @param creditedBefore by position of the invoice's lines
   * @param wanted by position, or empty for all that is left
   * @throws InvalidInput when a position does not exist or more is wanted than is left
   */
  static CreditCalculation of(
      Invoice invoice,
      Map<Integer, Long> creditedBefore,
      Map<Integer, Amount> wanted,
      RoundingMode rounding) {
    Map<Integer, InvoiceLine> byPosition = new HashMap<>();
    invoice.lines().forEach(line -> byPosition.put(line.position(), line));
    for (Integer position : wanted.keySet()) {
      if (!byPosition.containsKey(position)) {
        throw new InvalidInput("amounts[" + position + "]", "the invoice has no such line");
      }
    }
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    List<Long> now = new ArrayList<>();
    List<TaxTreatment> treatments = new ArrayList<>();
    for (InvoiceLine line : invoice.lines()) {
      long taken = creditedBefore.getOrDefault(line.position(), 0L);
      long take = toTake(line, taken, wanted);
      before.add(taken);
      now.add(take);
      after.add(Math.addExact(taken, take));
      treatments.add(line.tax());
    }
    TaxPolicy policy = new Frozen(basis(invoice), rounding);
    TaxedLines sumBefore = TaxedLines.of(before, treatments, policy);
    TaxedLines sumAfter = TaxedLines.of(after, treatments, policy);
    return new CreditCalculation(now, difference(sumAfter, sumBefore));
  }

  private static long toTake(InvoiceLine line, long taken, Map<Integer, Amount> wanted) {
    long left = Math.subtractExact(line.amount().minorUnits(), taken);
    if (wanted.isEmpty()) {
      return left;
    }
    Amount amount = wanted.get(line.position());
    if (amount == null) {
      return 0;
    }
    String field = "amounts[" + line.position() + "]";
    if (!amount.currency().equals(line.amount().currency())) {
      throw new InvalidInput(field, "must be in the invoice's currency");
    }
    long take = amount.minorUnits();
    if (Long.signum(take) * Long.signum(left) <= 0 || Math.abs(take) > Math.abs(left)) {
      throw new InvalidInput(
          field,
          "of this line "
              + Amount.ofMinor(left, line.amount().currency())
              + " is left to take back, not "
              + amount);
    }
    return take;
  }

  private static TaxedLines difference(TaxedLines after, TaxedLines before) {
    List<Long> nets = new ArrayList<>();
    for (int i = 0; i < after.netMinor().size(); i++) {
      nets.add(Math.subtractExact(after.netMinor().get(i), before.netMinor().get(i)));
    }
    List<TaxGroup> groups = new ArrayList<>();
    for (int i = 0; i < after.groups().size(); i++) {
      TaxGroup a = after.groups().get(i);
      TaxGroup b = before.groups().get(i);
      groups.add(
          new TaxGroup(a.treatment(), a.netMinor() - b.netMinor(), a.taxMinor() - b.taxMinor()));
    }
    return new TaxedLines(nets, groups);
  }

  /** Gross prices add up to the total, net prices to the net; without tax both are the same. */
  private static PriceBasis basis(Invoice invoice) {
    long sum = 0;
    for (InvoiceLine line : invoice.lines()) {
      sum = Math.addExact(sum, line.amount().minorUnits());
    }
    return sum == invoice.net().minorUnits() ? PriceBasis.NET : PriceBasis.GROSS;
  }

  /** The rules the invoice was made by, whatever the policy says today. */
  private record Frozen(PriceBasis priceBasis, RoundingMode rounding) implements TaxPolicy {
    @Override
    public TaxTreatment treat(TaxSubject subject) {
      throw new IllegalStateException("the treatments of an issued invoice are given");
    }
  }
}
