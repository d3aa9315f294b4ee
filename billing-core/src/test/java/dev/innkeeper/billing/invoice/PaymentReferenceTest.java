package dev.innkeeper.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentReferenceTest {
  @ParameterizedTest
  @ValueSource(strings = {"RF18539007547034", "RF18 5390 0754 7034", "rf 71 2348 231", "RF6518K5"})
  void referencesOfOthersThatAreRightAreRead(String text) {
    assertThat(PaymentReference.parse(text)).startsWith("RF").doesNotContain(" ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "RF",
        "RF18",
        "RF18539007547035",
        "RF81539007547034",
        "RF1853900754703A",
        "DE18539007547034",
        "RF18 5390-0754-7034",
        "RF181234567890123456789012"
      })
  void whatIsNoneOrMistypedIsRefused(String text) {
    assertThatThrownBy(() -> PaymentReference.parse(text))
        .isInstanceOfSatisfying(
            InvalidInput.class, e -> assertThat(e.field()).isEqualTo("paymentReference"));
  }

  @Test
  void isPrintedInGroupsOfFour() {
    assertThat(PaymentReference.grouped("RF18539007547034")).isEqualTo("RF18 5390 0754 7034");
    assertThat(PaymentReference.grouped("RF6518K5")).isEqualTo("RF65 18K5");
  }

  @Property(tries = 500)
  void aNumberLeadsToItsReferenceAndBack(
      @ForAll @IntRange(min = 1000, max = 9999) int year,
      @ForAll @LongRange(min = 1, max = 99_999_999_999L) long number) {
    NumberFormat format = new NumberFormat("INV-{year}-{number}", 6);
    String reference = PaymentReference.of(format.format(year, number));
    assertThat(PaymentReference.parse(reference)).isEqualTo(reference);
    assertThat(format.numberOf(PaymentReference.baseOf(reference)))
        .contains(format.format(year, number));
  }

  @Property(tries = 500)
  void oneWrongSignOrTwoSwappedAreFound(
      @ForAll @LongRange(min = 1, max = 999_999_999L) long number,
      @ForAll @IntRange(min = 2, max = 16) int position,
      @ForAll @IntRange(min = 1, max = 9) int shift) {
    String right = PaymentReference.of("2026-" + (1_000_000_000_000L + number));
    char was = right.charAt(position);
    char digit = (char) ('0' + (was - '0' + shift) % 10);
    String wrong = right.substring(0, position) + digit + right.substring(position + 1);
    assertThatThrownBy(() -> PaymentReference.parse(wrong)).isInstanceOf(InvalidInput.class);
    char next = right.charAt(position + 1);
    if (next != was && position != 3) {
      String swapped = right.substring(0, position) + next + was + right.substring(position + 2);
      assertThatThrownBy(() -> PaymentReference.parse(swapped)).isInstanceOf(InvalidInput.class);
    }
  }

  @Test
  void aNumberOfAnotherFormatHasNone() {
    NumberFormat format = new NumberFormat("INV-{year}-{number}", 6);
    assertThat(format.numberOf("XYZ2026000001")).isEqualTo(Optional.empty());
    assertThat(format.numberOf("INV20")).isEqualTo(Optional.empty());
  }
}
