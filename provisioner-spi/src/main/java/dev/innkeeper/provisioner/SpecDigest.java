package dev.innkeeper.provisioner;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Hashes values by content. Every piece is written with its length first, so that no two different
 * specifications are the same text: {@code {A=1, B=2}} is not {@code {A="1, B=2"}}.
 */
final class SpecDigest {
  private final StringBuilder text = new StringBuilder();

  private SpecDigest() {}

  static String of(Object... values) {
    SpecDigest digest = new SpecDigest();
    for (Object value : values) {
      digest.add(value);
    }
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha.digest(digest.text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void add(@Nullable Object value) {
    if (value instanceof Record item) {
      addRecord(item);
    } else if (value instanceof Map<?, ?> map) {
      TreeMap<String, @Nullable Object> sorted = new TreeMap<>();
      map.forEach((key, item) -> sorted.put(String.valueOf(key), item));
      piece("map", String.valueOf(sorted.size()));
      sorted.forEach(
          (key, item) -> {
            piece("key", key);
            add(item);
          });
    } else if (value instanceof Collection<?> items) {
      piece("list", String.valueOf(items.size()));
      items.forEach(this::add);
    } else if (value instanceof Optional<?> optional) {
      piece("optional", String.valueOf(optional.isPresent()));
      optional.ifPresent(this::add);
    } else {
      piece("value", String.valueOf(value));
    }
  }

  private void addRecord(Record item) {
    piece("record", item.getClass().getSimpleName());
    for (RecordComponent component : item.getClass().getRecordComponents()) {
      piece("component", component.getName());
      try {
        add(component.getAccessor().invoke(item));
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("can't read " + component, e);
      }
    }
  }

  private void piece(String type, String content) {
    text.append(type).append(':').append(content.length()).append(':').append(content).append('\n');
  }
}
