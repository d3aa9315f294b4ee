package dev.innkeeper.billing.invoice.tax;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TaxedLinesTest {
  private static final TaxPolicy NET = TaxPolicy.none();
  private static final TaxPolicy GROSS =
      new TaxPolicy() {
        @Override
        public TaxTreatment treat(TaxSubject subject) {
          throw new AssertionError("the treatments are given");
        }

        @Override
        public PriceBasis priceBasis() {
          return PriceBasis.GROSS;
        }
      };
  private static final TaxTreatment VAT_19 = TaxTreatment.taxed(new BigDecimal("19"), "de");
  private static final TaxTreatment VAT_7 = TaxTreatment.taxed(new BigDecimal("7.00"), "de");

  private record Line(long minor, TaxTreatment treatment) {}

  @Test
  void taxIsRoundedOnceForEachGroupNotForEachLine() {
    // 19 % of 0.13 is 0.0247: rounded per line it would be 3 × 0.02 = 0.06.
    TaxedLines taxed = TaxedLines.of(List.of(13L, 13L, 13L), List.of(VAT_19, VAT_19, VAT_19), NET);
    assertThat(taxed.groups()).containsExactly(new TaxGroup(VAT_19, 39, 7));
  }

  @Test
  void halfAUnitIsRoundedAwayFromZeroOnBothSides() {
    TaxTreatment half = TaxTreatment.taxed(new BigDecimal("50"), "xx");
    assertThat(TaxedLines.of(List.of(1L), List.of(half), NET).totalTaxMinor()).isEqualTo(1);
    assertThat(TaxedLines.of(List.of(-1L), List.of(half), NET).totalTaxMinor()).isEqualTo(-1);
  }

  @Test
  void grossPricesStayWhatTheyAre() {
    TaxedLines taxed = TaxedLines.of(List.of(999L, 1L), List.of(VAT_19, VAT_19), GROSS);
    assertThat(taxed.groups()).containsExactly(new TaxGroup(VAT_19, 840, 160));
    assertThat(taxed.netMinor()).containsExactly(839L, 1L);
  }

  @Test
  void equalRatesWrittenDifferentlyAreOneGroup() {
    TaxTreatment other = TaxTreatment.taxed(new BigDecimal("7"), "de");
    assertThat(TaxedLines.of(List.of(100L, 100L), List.of(VAT_7, other), NET).groups()).hasSize(1);
  }

  @Provide
  Arbitrary<List<Line>> lines() {
    Arbitrary<TaxTreatment> treatments =
        Arbitraries.of(
            VAT_19,
            VAT_7,
            TaxTreatment.taxed(new BigDecimal("5.5"), "fr"),
            TaxTreatment.taxed(new BigDecimal("27"), "hu"),
            TaxTreatment.untaxed(TaxCategory.REVERSE_CHARGE, "de", "Reverse charge"));
    return Combinators.combine(
            Arbitraries.longs().between(-1_000_000_000_000L, 1_000_000_000_000L), treatments)
        .as(Line::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  @Property
  void netPricesGiveGroupsThatAreExact(@ForAll("lines") List<Line> lines) {
    TaxedLines taxed = taxed(lines, NET);
    assertThat(taxed.netMinor()).isEqualTo(lines.stream().map(Line::minor).toList());
    for (TaxGroup group : taxed.groups()) {
      assertThat(group.netMinor()).isEqualTo(sumOf(lines, group.treatment()));
      BigDecimal exact =
          BigDecimal.valueOf(group.netMinor())
              .multiply(group.treatment().percent())
              .divide(BigDecimal.valueOf(100), 12, RoundingMode.UNNECESSARY);
      assertThat(exact.subtract(BigDecimal.valueOf(group.taxMinor())).abs())
          .isLessThanOrEqualTo(new BigDecimal("0.5"));
    }
  }

  @Property
  void grossPricesGiveTheSumThatWasAsked(@ForAll("lines") List<Line> lines) {
    TaxedLines taxed = taxed(lines, GROSS);
    assertThat(taxed.totalNetMinor() + taxed.totalTaxMinor())
        .isEqualTo(lines.stream().mapToLong(Line::minor).sum());
    assertThat(taxed.netMinor().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(taxed.totalNetMinor());
    for (TaxGroup group : taxed.groups()) {
      BigDecimal expected =
          BigDecimal.valueOf(group.netMinor())
              .multiply(group.treatment().percent())
              .movePointLeft(2);
      // EN 16931 allows one unit between the tax and the rate's share of the rounded net.
      assertThat(expected.subtract(BigDecimal.valueOf(group.taxMinor())).abs())
          .isLessThan(BigDecimal.ONE);
    }
  }

  private static TaxedLines taxed(List<Line> lines, TaxPolicy policy) {
    return TaxedLines.of(
        lines.stream().map(Line::minor).toList(),
        lines.stream().map(Line::treatment).toList(),
        policy);
  }

  private static long sumOf(List<Line> lines, TaxTreatment treatment) {
    return lines.stream().filter(l -> l.treatment().equals(treatment)).mapToLong(Line::minor).sum();
  }
}
