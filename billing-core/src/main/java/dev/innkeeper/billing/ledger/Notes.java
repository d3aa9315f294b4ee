package dev.innkeeper.billing.ledger;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A transfer's metadata as it is stored: keys and values in turn, sorted by key, each ended by the
 * ASCII character for that purpose. Neither can hold control characters, so this is the one way to
 * write it, which is what seals need.
 */
final class Notes {
  private static final char KEY_END = 0x1f;
  private static final char VALUE_END = 0x1e;

  private Notes() {}

  static @Nullable String write(Map<String, String> metadata) {
    if (metadata.isEmpty()) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    metadata.forEach(
        (key, value) -> text.append(key).append(KEY_END).append(value).append(VALUE_END));
    return text.toString();
  }

  static Map<String, String> read(@Nullable String text) {
    Map<String, String> notes = new TreeMap<>();
    if (text != null) {
      int from = 0;
      while (from < text.length()) {
        int keyEnd = text.indexOf(KEY_END, from);
        int valueEnd = text.indexOf(VALUE_END, keyEnd);
        notes.put(text.substring(from, keyEnd), text.substring(keyEnd + 1, valueEnd));
        from = valueEnd + 1;
      }
    }
    return notes;
  }
}
