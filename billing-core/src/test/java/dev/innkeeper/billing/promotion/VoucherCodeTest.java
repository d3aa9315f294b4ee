package dev.innkeeper.billing.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class VoucherCodeTest {
  private static final String ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

  @Property(tries = 500)
  void whatIsPrintedCanBeTypedBack(@ForAll long seed) {
    VoucherCode code = VoucherCode.random(new Random(seed));
    assertThat(code.text()).hasSize(16);
    assertThat(VoucherCode.parse("code", code.formatted())).isEqualTo(code);
    assertThat(
            VoucherCode.parse(
                "code",
                " " + code.formatted().toLowerCase(java.util.Locale.ROOT).replace("-", " ")))
        .isEqualTo(code);
  }

  @Property(tries = 1_000)
  void everyWrongLetterAndEverySwapOfNeighboursIsFound(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 15) int place,
      @ForAll @IntRange(min = 1, max = 30) int shift) {
    String code = VoucherCode.random(new Random(seed)).text();
    StringBuilder wrong = new StringBuilder(code);
    wrong.setCharAt(place, ALPHABET.charAt((ALPHABET.indexOf(code.charAt(place)) + shift) % 31));
    assertThatThrownBy(() -> VoucherCode.parse("code", wrong.toString()))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("mistyped");
    if (place < 14 && code.charAt(place) != code.charAt(place + 1)) {
      StringBuilder swapped = new StringBuilder(code);
      swapped.setCharAt(place, code.charAt(place + 1));
      swapped.setCharAt(place + 1, code.charAt(place));
      assertThatThrownBy(() -> VoucherCode.parse("code", swapped.toString()))
          .isInstanceOf(InvalidInput.class);
    }
  }

  @Test
  void codesAreLongAndDoNotRepeat() {
    Random random = new Random(42);
    Set<VoucherCode> seen = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      assertThat(seen.add(VoucherCode.random(random))).isTrue();
    }
    for (String nonsense : new String[] {"", "HELLO", "0000-0000-0000-0000", "x".repeat(100_000)}) {
      assertThatThrownBy(() -> VoucherCode.parse("code", nonsense))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("16 letters and digits");
    }
  }
}
