package dev.innkeeper.billing.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.InvalidInput;
import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.javamoney.moneta.Money;
import org.junit.jupiter.api.Test;

class JavaMoneyTest {
  @Property(tries = 200)
  void nothingIsLostThereAndBack(@ForAll long minorUnits) {
    for (String code : new String[] {"EUR", "JPY", "KWD", "TFT"}) {
      Amount amount = Amount.ofMinor(minorUnits, Currency.of(code));
      assertThat(JavaMoney.toAmount("amount", JavaMoney.toMoney(amount))).isEqualTo(amount);
    }
  }

  @Test
  void aFractionOfACentIsRefusedNotRounded() {
    assertThatThrownBy(() -> JavaMoney.toAmount("price", Money.of(new BigDecimal("0.001"), "EUR")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("price: 0.001 has more decimals");
  }
}
