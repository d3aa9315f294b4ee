package dev.innkeeper.billing.invoice.tax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.invoice.tax.TaxTable.CrossBorder;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaxTableTest {
  private static final LocalDate START = LocalDate.of(2007, 1, 1);
  private static final List<TaxRate> RATES =
      List.of(
          rate("DE", "standard", START, "19"),
          rate("DE", "standard", LocalDate.of(2020, 7, 1), "16"),
          rate("DE", "standard", LocalDate.of(2021, 1, 1), "19"),
          rate("DE", "book", START, "7"),
          rate("FR", "standard", START, "20"),
          rate("HU", "standard", LocalDate.of(2012, 1, 1), "27"));

  private static TaxRate rate(String country, String taxClass, LocalDate from, String percent) {
    return new TaxRate(country, taxClass, from, new BigDecimal(percent));
  }

  private static TaxTable table(CrossBorder crossBorder) {
    return new TaxTable("DE", PriceBasis.NET, crossBorder, RATES);
  }

  private static TaxTreatment treat(TaxTable table, String country, String vatId, String day) {
    return table.treat(new TaxSubject(country, vatId, "standard", LocalDate.parse(day)));
  }

  private static BigDecimal percent(String value) {
    return new BigDecimal(value);
  }

  @Test
  void theRateIsThatOfTheDayOfSupply() {
    TaxTable table = table(CrossBorder.ORIGIN);
    assertThat(treat(table, "DE", null, "2020-06-30").percent()).isEqualTo(percent("19"));
    assertThat(treat(table, "DE", null, "2020-07-01").percent()).isEqualTo(percent("16"));
    assertThat(treat(table, null, null, "2020-12-31").percent()).isEqualTo(percent("16"));
    assertThat(treat(table, "DE", null, "2021-01-01").percent()).isEqualTo(percent("19"));
    assertThat(table.treat(new TaxSubject("DE", null, "book", LocalDate.of(2027, 1, 1))).percent())
        .isEqualTo(percent("7"));
  }

  @Test
  void aBusinessAbroadOwesTheTaxItself() {
    TaxTreatment treatment =
        treat(table(CrossBorder.DESTINATION), "FR", "FR40303265045", "2027-01-01");
    assertThat(treatment.category()).isEqualTo(TaxCategory.REVERSE_CHARGE);
    assertThat(treatment.percent()).isZero();
    assertThat(treatment.reason()).isEqualTo("Reverse charge");
  }

  @Test
  void aWrongOrForeignVatIdIsNone() {
    TaxTable table = table(CrossBorder.DESTINATION);
    assertThat(treat(table, "FR", "FR40303265046", "2027-01-01").percent())
        .isEqualTo(percent("20"));
    assertThat(treat(table, "FR", "ATU13585627", "2027-01-01").percent()).isEqualTo(percent("20"));
    // At home the VAT id changes nothing.
    assertThat(treat(table, "DE", "DE136695976", "2027-01-01").percent()).isEqualTo(percent("19"));
  }

  @Test
  void consumersAbroadPayTheRateThatTheSellerDeclared() {
    assertThat(treat(table(CrossBorder.ORIGIN), "FR", null, "2027-01-01").jurisdiction())
        .isEqualTo("de");
    TaxTreatment french = treat(table(CrossBorder.DESTINATION), "FR", null, "2027-01-01");
    assertThat(french.jurisdiction()).isEqualTo("fr");
    assertThat(french.percent()).isEqualTo(percent("20"));
  }

  @Test
  void theRestOfTheWorldIsOutOfScope() {
    assertThat(treat(table(CrossBorder.DESTINATION), "CH", null, "2027-01-01").category())
        .isEqualTo(TaxCategory.OUT_OF_SCOPE);
  }

  @Test
  void aMissingRateSaysWhatToAdd() {
    assertThatThrownBy(() -> treat(table(CrossBorder.DESTINATION), "HU", null, "2011-12-31"))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("no rate for HU on 2011-12-31");
    assertThatThrownBy(() -> treat(table(CrossBorder.DESTINATION), "IT", null, "2027-01-01"))
        .hasMessageContaining("no rate for IT");
  }

  @Test
  void aTableThatContradictsItselfIsRefused() {
    assertThatThrownBy(
            () ->
                new TaxTable(
                    "DE",
                    PriceBasis.NET,
                    CrossBorder.ORIGIN,
                    List.of(
                        rate("DE", "standard", START, "19"), rate("DE", "standard", START, "20"))))
        .isInstanceOfSatisfying(
            InvalidInput.class, e -> assertThat(e.field()).isEqualTo("rates[1].from"));
    assertThatThrownBy(() -> new TaxTable("AT", PriceBasis.NET, CrossBorder.ORIGIN, RATES))
        .hasMessageContaining("seller's country AT");
  }
}
