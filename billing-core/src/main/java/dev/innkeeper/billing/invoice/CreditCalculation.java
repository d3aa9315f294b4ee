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
 * what was taken back before, both by the rule that the invoice was made by. So credit notes never
 * add up to more than their invoice, and to exactly as much once every line is taken back. Pure,
 * and the same whatever the tax policy says today.
 *
 * @param amounts by line of the invoice, with zeros for lines not touched
 * @param taxed their nets and groups; every group of the invoice is there, in its order
 */
record CreditCalculation(List<Long> amounts, TaxedLines taxed) {

  /**
   * The ways of rounding that an invoice may have been made with, in the order they are tried.
   * Those of the days to come must find the same one, or two credit notes would not fit together.
   */
  private static final List<RoundingMode> ROUNDINGS =
      List.of(
          RoundingMode.HALF_UP,
          RoundingMode.HALF_EVEN,
          RoundingMode.HALF_DOWN,
          RoundingMode.UP,
          RoundingMode.DOWN,
          RoundingMode.CEILING,
          RoundingMode.FLOOR);

  /**
   * Computes a credit note.
   *
   * @param creditedBefore by position of the invoice's lines
   * @param wanted by position, or empty for all that is left
   * @throws InvalidInput when a position does not exist or more is wanted than is left
   */
  static CreditCalculation of(
      Invoice invoice, Map<Integer, Long> creditedBefore, Map<Integer, Amount> wanted) {
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
    TaxPolicy policy = rule(invoice, treatments);
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

  /**
   * The first rule that makes the invoice as it is. Its sums alone do not tell: three cents that
   * contain tax at 19 % are three cents net and no tax, but three cents net are taxed with one
   * cent. Where two rules make the same invoice, either takes it back to the unit.
   */
  private static TaxPolicy rule(Invoice invoice, List<TaxTreatment> treatments) {
    List<Long> priced = new ArrayList<>();
    List<Long> nets = new ArrayList<>();
    for (InvoiceLine line : invoice.lines()) {
      priced.add(line.amount().minorUnits());
      nets.add(line.net().minorUnits());
    }
    TaxedLines issued = new TaxedLines(nets, invoice.taxGroups());
    for (RoundingMode rounding : ROUNDINGS) {
      for (PriceBasis basis : PriceBasis.values()) {
        TaxPolicy rule = new Frozen(basis, rounding);
        if (TaxedLines.of(priced, treatments, rule).equals(issued)) {
          return rule;
        }
      }
    }
    throw new IllegalStateException(
        "no tax rule makes invoice " + invoice.id() + " as it was issued: it can't be taken back");
  }

  /** A rule that an invoice was made by. */
  private record Frozen(PriceBasis priceBasis, RoundingMode rounding) implements TaxPolicy {
    @Override
    public TaxTreatment treat(TaxSubject subject) {
      throw new IllegalStateException("the treatments of an issued invoice are given");
    }
  }
}
