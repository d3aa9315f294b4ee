package dev.innkeeper.billing.invoice.tax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VatIdTest {
  private static final String[] VALID = {
    "ATU13585627", "BE0428759497", "BG175074752", "CY10259033P", "CZ25123891", "DE136695976",
    "DK13585628", "EE100931558", "EL094259216", "ES54362315K", "ESX2482300W", "ESB58378431",
    "FI20774740", "FR40303265045", "FR23334175221", "HR33392005961", "HU12892312", "IE6433435F",
    "IE6433435OA", "IE8D79739I", "IT00743110157", "LT119511515", "LT100001919017", "LU15027442",
    "LV40003521600", "MT11679112", "NL004495445B01", "PL8567346215", "PT501964843", "RO18547290",
    "SE123456789701", "SI50223054", "SK2022749619"
  };

  @Test
  void everyMemberStateHasAnIdThatIsRight() {
    Set<String> countries = new TreeSet<>();
    for (String id : VALID) {
      assertThat(VatId.parse(id)).as(id).isPresent();
      countries.add(VatId.parse(id).orElseThrow().country());
    }
    assertThat(countries).containsExactlyElementsOf(TaxTable.europeanUnion());
  }

  @Test
  void aWrongCheckDigitIsFound() {
    for (String id : VALID) {
      String wrong = withNextDigit(id);
      assertThat(VatId.parse(wrong)).as(wrong).isEmpty();
    }
  }

  /** The id with a digit that counts in every country's check changed by one. */
  private static String withNextDigit(String id) {
    int at = id.startsWith("NL") ? 5 : id.startsWith("FR") ? 8 : 6;
    char c = id.charAt(at);
    return id.substring(0, at) + (char) ((c - '0' + 1) % 10 + '0') + id.substring(at + 1);
  }

  @Test
  void spacesAndLowerCaseAreReadAsWritten() {
    assertThat(VatId.parse("de 136 695 976")).contains(new VatId("DE", "DE136695976"));
    assertThat(VatId.parse("EL 094259216").orElseThrow().country()).isEqualTo("GR");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "DE", "DE12345678", "GB999999973", "XX123456789", "DE١٣٦٦٩٥٩٧٦", "🏨"})
  void whatIsNoIdIsRefused(String text) {
    assertThat(VatId.parse(text)).isEmpty();
    assertThatThrownBy(() -> VatId.require("vatId", text))
        .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.field()).isEqualTo("vatId"));
  }

  @Property
  void noTextBreaksTheReader(@ForAll String text) {
    assertThat(VatId.parse(text)).isNotNull();
    for (String country : TaxTable.europeanUnion()) {
      assertThat(VatId.parse(country + text)).isNotNull();
    }
  }
}
