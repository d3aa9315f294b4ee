package dev.innkeeper.billing.ledger;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A transfer's metadata as it is stored: one {@code key TAB value} a line, sorted by key. Neither
 * can hold a tab or a line break, so this is the one way to write it, which is what seals need.
 */
final class Notes {
  private Notes() {}

  static @Nullable String write(Transfer transfer) {
    if (transfer.metadata().isEmpty()) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    transfer
        .metadata()
        .forEach((key, value) -> text.append(key).append('\t').append(value).append('\n'));
    return text.toString();
  }

  static Map<String, String> read(@Nullable String text) {
    Map<String, String> notes = new TreeMap<>();
    if (text != null) {
      text.lines()
          .forEach(
              line -> {
                int tab = line.indexOf('\t');
                notes.put(line.substring(0, tab), line.substring(tab + 1));
              });
    }
    return notes;
  }
}
