package dev.innkeeper.provisioner.k8s;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Settings that hold several words, separated by commas or line breaks. */
final class Pairs {
  private Pairs() {}

  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.split("[,\n]", -1)) {
      if (!word.isBlank()) {
        words.add(word.strip());
      }
    }
    return words;
  }

  /**
   * Words of the form {@code key=value}.
   *
   * @throws IllegalArgumentException naming the setting when one is not
   */
  static Map<String, String> read(String setting, String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String word : words(text)) {
      int equals = word.lastIndexOf('=');
      if (equals < 1 || equals == word.length() - 1) {
        throw new IllegalArgumentException(
            setting + ": must be key=value, separated by commas, was '" + word + "'");
      }
      pairs.put(word.substring(0, equals).strip(), word.substring(equals + 1).strip());
    }
    return Collections.unmodifiableMap(pairs);
  }
}
