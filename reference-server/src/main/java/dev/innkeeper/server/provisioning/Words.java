package dev.innkeeper.server.provisioning;

import java.util.ArrayList;
import java.util.List;

/** Splits a line into words at its spaces; quotes keep spaces, and nothing else is special. */
final class Words {
  private static final char NO_QUOTE = 0;

  private Words() {}

  /**
   * @throws IllegalArgumentException when a quote is not closed
   */
  static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    char quote = NO_QUOTE;
    boolean begun = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != NO_QUOTE) {
        if (c == quote) {
          quote = NO_QUOTE;
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        begun = true;
      } else if (Character.isWhitespace(c)) {
        if (begun) {
          words.add(word.toString());
          word.setLength(0);
          begun = false;
        }
      } else {
        word.append(c);
        begun = true;
      }
    }
    if (quote != NO_QUOTE) {
      throw new IllegalArgumentException("a quote " + quote + " is not closed");
    }
    if (begun) {
      words.add(word.toString());
    }
    return words;
  }
}
