package dev.innkeeper.billing.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.InvalidInput;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AmountTest {
  private static final Currency JPY = Currency.of("JPY");
  private static final Currency TFT = Currency.of("TFT");

  @Test
  void everyCurrencyCountsItsOwnMinorUnits() {
    assertThat(Amount.parse("12.34", Currency.EUR).minorUnits()).isEqualTo(1234);
    assertThat(Amount.parse("500", JPY).minorUnits()).isEqualTo(500);
    assertThat(Amount.parse("1.234", Currency.of("KWD")).minorUnits()).isEqualTo(1234);
    assertThat(Amount.parse("0.0000001", TFT).minorUnits()).isEqualTo(1);
  }

  @Test
  void aThirdDecimalOfEuroIsRefusedAndNamed() {
    assertThatThrownBy(() -> Amount.parse("topUp", "1.234", Currency.EUR))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("topUp: 1.234 has more decimals than EUR, which has 2");
  }

  @Test
  void nonsenseIsRefused() {
    for (String text : List.of("", "1e3", "NaN", "1,50", "0x10", "- 1", "1.", ".5", "Infinity")) {
      assertThatThrownBy(() -> Amount.parse(text, Currency.EUR)).isInstanceOf(InvalidInput.class);
    }
    assertThatThrownBy(() -> Amount.parse("92233720368547758.08", Currency.EUR))
        .hasMessageContaining("too large");
  }

  @Test
  void currenciesDontMix() {
    Amount one = Amount.ofMinor(1, Currency.EUR);
    assertThatThrownBy(() -> one.plus(Amount.ofMinor(1, JPY)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Amount.ofMinor(Long.MAX_VALUE, Currency.EUR).plus(one))
        .isInstanceOf(ArithmeticException.class);
  }

  @Property
  void whatIsWrittenIsReadBack(@ForAll long minorUnits) {
    for (Currency currency : List.of(Currency.EUR, JPY, TFT)) {
      Amount amount = Amount.ofMinor(minorUnits, currency);
      assertThat(Amount.parse(amount.toPlainString(), currency)).isEqualTo(amount);
    }
  }

  @Property
  void roundingIsWithinHalfAUnit(
      @ForAll @LongRange(min = -9_999_999, max = 9_999_999) long millis) {
    BigDecimal exact = BigDecimal.valueOf(millis, 5);
    BigDecimal rounded = Amount.round(exact, Currency.EUR, RoundingMode.HALF_UP).toDecimal();
    assertThat(rounded.subtract(exact).abs()).isLessThanOrEqualTo(new BigDecimal("0.005"));
  }

  @Property
  void partsAddUpToTheWhole(
      @ForAll long minorUnits,
      @ForAll @Size(min = 1, max = 20) List<@LongRange(min = 0, max = Long.MAX_VALUE) Long> weights) {
    if (weights.stream().allMatch(w -> w == 0)) {
      return;
    }
    Amount whole = Amount.ofMinor(minorUnits, Currency.EUR);
    Amount sum =
        Split.byWeights(whole, weights).stream().reduce(Amount.zero(Currency.EUR), Amount::plus);
    assertThat(sum).isEqualTo(whole);
  }
}
