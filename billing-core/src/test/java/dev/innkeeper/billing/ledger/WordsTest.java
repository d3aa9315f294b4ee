package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

class WordsTest {
  @Property(tries = 5_000)
  void wordsAndPathsAreWhatTheirPatternsSay(
      @ForAll
          @StringLength(max = 6)
          @Chars({'a', 'm', 'z', '0', '9', '/', '.', '_', '-', 'A', ' ', '`', '{', ':', 'ä', '\n'})
          String text) {
    assertThat(Words.isWord(text)).isEqualTo(text.matches("[a-z][a-z0-9._-]*"));
    assertThat(Words.isPath(text))
        .isEqualTo(text.matches("[a-z][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*"));
  }

  @Property(tries = 1_000)
  void noOtherCharacterIsTaken(
      @ForAll @StringLength(1) @CharRange(from = 0, to = 0xFFFF) String text) {
    assertThat(Words.isWord("a" + text)).isEqualTo(text.matches("[a-z0-9._-]"));
  }
}
