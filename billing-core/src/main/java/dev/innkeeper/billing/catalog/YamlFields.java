package dev.innkeeper.billing.catalog;

import dev.innkeeper.billing.problem.InvalidInput.Violation;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one YAML mapping and notes every fault with its path and line, so that a
 * person sees all of them at once. Not thread-safe.
 */
final class YamlFields {
  private final List<Violation> faults;
  private final String path;
  private final int line;
  private final Map<String, YamlTree.Node> fields;
  private final Set<String> read = new HashSet<>();

  private YamlFields(
      List<Violation> faults, String path, int line, Map<String, YamlTree.Node> fields) {
    this.faults = faults;
    this.path = path;
    this.line = line;
    this.fields = fields;
  }

  /** The fields of a node; none, and a fault noted, when it is no mapping. */
  static YamlFields of(List<Violation> faults, String path, YamlTree.Node node) {
    if (node instanceof YamlTree.Node.Fields mapping) {
      return new YamlFields(faults, path, node.line(), mapping.fields());
    }
    faults.add(
        new Violation(
            path.isEmpty() ? "catalog" : path, "line " + node.line() + ": must be a mapping"));
    return new YamlFields(faults, path, node.line(), Map.of());
  }

  int line() {
    return line;
  }

  String path(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  /** The line of a field, or of the mapping where the field is absent. */
  int lineOf(String field) {
    YamlTree.Node node = fields.get(field);
    return node == null ? line : node.line();
  }

  void fault(String field, String message) {
    faults.add(new Violation(path(field), "line " + lineOf(field) + ": " + message));
  }

  boolean has(String field) {
    return fields.containsKey(field);
  }

  /** Notes the fields that nobody asked for: a misspelt name must not be ignored. */
  void refuseOthers() {
    for (String name : fields.keySet()) {
      if (!read.contains(name)) {
        fault(
            name,
            "unknown field; known here are " + String.join(", ", read.stream().sorted().toList()));
      }
    }
  }

  /** The text of a field, or null when it is absent or no scalar. */
  @Nullable String text(String field) {
    read.add(field);
    YamlTree.Node node = fields.get(field);
    if (node == null) {
      return null;
    }
    if (node instanceof YamlTree.Node.Scalar scalar) {
      return scalar.text().strip();
    }
    fault(field, "must be a single value");
    return null;
  }

  String requiredText(String field) {
    String text = text(field);
    if (text == null || text.isEmpty()) {
      if (!(fields.get(field) instanceof YamlTree.Node.Items)
          && !(fields.get(field) instanceof YamlTree.Node.Fields)) {
        fault(field, "is missing");
      }
      return "";
    }
    return text;
  }

  /** A plain decimal number, or null when it is absent or none. */
  @Nullable BigDecimal decimal(String field) {
    String text = text(field);
    if (text == null) {
      return null;
    }
    if (!text.matches("-?[0-9]{1,18}(\\.[0-9]{1,18})?")) {
      fault(field, "'" + shorten(text) + "' is not a plain number such as 4.99");
      return null;
    }
    return new BigDecimal(text);
  }

  @Nullable Instant instant(String field) {
    String text = text(field);
    if (text == null) {
      return null;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      fault(field, "'" + shorten(text) + "' is not an instant such as 2026-01-31T00:00:00Z");
      return null;
    }
  }

  /** A duration such as {@code P14D}; zero when absent. */
  Duration duration(String field) {
    String text = text(field);
    if (text == null) {
      return Duration.ZERO;
    }
    try {
      return Duration.parse(text);
    } catch (DateTimeException e) {
      fault(field, "'" + shorten(text) + "' is not a duration such as P14D or PT12H");
      return Duration.ZERO;
    }
  }

  /** One of the words, or the fallback when it is absent or none of them. */
  <T> T word(String field, Map<String, T> words, T fallback) {
    String text = text(field);
    if (text == null) {
      return fallback;
    }
    T value = words.get(text);
    if (value == null) {
      fault(
          field,
          "'"
              + shorten(text)
              + "' must be one of "
              + String.join(", ", new TreeMap<>(words).keySet()));
      return fallback;
    }
    return value;
  }

  /** The mappings of a list; empty when it is absent. */
  List<YamlFields> list(String field) {
    List<YamlFields> result = new ArrayList<>();
    List<YamlTree.Node> items = items(field);
    for (int i = 0; i < items.size(); i++) {
      result.add(of(faults, path(field) + "[" + i + "]", items.get(i)));
    }
    return result;
  }

  /** A mapping below this one, or null when it is absent. */
  @Nullable YamlFields below(String field) {
    read.add(field);
    YamlTree.Node node = fields.get(field);
    return node == null ? null : of(faults, path(field), node);
  }

  /** A mapping of texts; empty when it is absent. */
  Map<String, String> texts(String field) {
    Map<String, String> result = new LinkedHashMap<>();
    YamlFields below = below(field);
    if (below != null) {
      for (String name : below.fields.keySet()) {
        String text = below.text(name);
        result.put(name, text == null ? "" : text);
      }
    }
    return result;
  }

  /** A mapping of lists of texts; empty when it is absent. */
  Map<String, List<String>> textLists(String field) {
    Map<String, List<String>> result = new LinkedHashMap<>();
    YamlFields below = below(field);
    if (below != null) {
      for (String name : below.fields.keySet()) {
        List<String> values = new ArrayList<>();
        for (YamlTree.Node item : below.items(name)) {
          if (item instanceof YamlTree.Node.Scalar scalar) {
            values.add(scalar.text().strip());
          } else {
            below.fault(name, "must be a list of single values");
          }
        }
        result.put(name, values);
      }
    }
    return result;
  }

  private List<YamlTree.Node> items(String field) {
    read.add(field);
    YamlTree.Node node = fields.get(field);
    if (node == null) {
      return List.of();
    }
    if (node instanceof YamlTree.Node.Items list) {
      return list.items();
    }
    fault(field, "must be a list");
    return List.of();
  }

  static String shorten(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
