package dev.innkeeper.server.rest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.InvalidInput.Violation;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request's JSON object, read field by field. Faults are collected and told together by {@link
 * #check}; until then a faulty field gives a placeholder. Not thread-safe.
 */
final class JsonBody {
  private static final int TEXT_LENGTH_MAX = 2_000;
  private static final int LIST_MAX = 100;
  private static final int OBJECTS_MAX = 1_000;

  private final JsonNode root;
  private final String prefix;
  private final Set<String> read = new HashSet<>();
  private final List<JsonBody> parts = new ArrayList<>();
  private final List<Violation> violations;

  /**
   * @param prefix of the fields' names in violations
   * @param violations what is at fault so far
   */
  private JsonBody(JsonNode root, String prefix, List<Violation> violations) {
    this.root = root;
    this.prefix = prefix;
    this.violations = violations;
  }

  /**
   * @throws InvalidInput when the text is not one JSON object
   */
  static JsonBody parse(ObjectMapper json, String text) {
    if (text.isBlank()) {
      throw new InvalidInput("body", "is empty; send a JSON object");
    }
    try {
      JsonNode root = json.readTree(text);
      if (!(root instanceof ObjectNode)) {
        throw new InvalidInput("body", "must be a JSON object, such as {\"name\": \"Ada\"}");
      }
      return new JsonBody(root, "", new ArrayList<>());
    } catch (JsonProcessingException e) {
      throw new InvalidInput("body", "is not JSON" + place(e.getLocation()));
    }
  }

  /** Limits on depth and lengths are told without a place. */
  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? ", or is nested too deeply or has too long names or numbers"
        : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  private void fault(String field, String message) {
    violations.add(new Violation(prefix + field, message));
  }

  /** A text that must be there. */
  String text(String field) {
    String value = optionalText(field);
    if (value == null) {
      fault(field, "is missing; send a text");
      return "";
    }
    return value;
  }

  /** A text, or null where it is absent. */
  @Nullable String optionalText(String field) {
    JsonNode node = node(field);
    if (node == null) {
      return null;
    }
    if (!node.isTextual() || node.textValue().isBlank()) {
      fault(
          field,
          "must be a text in quotes" + (node.isNumber() ? ", \"" + shorten(node) + "\"" : ""));
      return "?";
    }
    if (node.textValue().indexOf('\0') >= 0) {
      fault(field, "must not contain the character NUL");
      return "?";
    }
    if (node.textValue().length() > TEXT_LENGTH_MAX) {
      fault(field, "must have " + TEXT_LENGTH_MAX + " characters at most");
      return "?";
    }
    return node.textValue();
  }

  private static String shorten(JsonNode node) {
    String text = node.asText();
    return text.length() <= 20 ? text : text.substring(0, 20) + "…";
  }

  /** An id, or null where it is absent. */
  @Nullable UUID optionalId(String field) {
    String text = optionalText(field);
    if (text == null || hasViolation(field)) {
      return null;
    }
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      fault(field, "must be an id");
      return null;
    }
  }

  /** A currency's code; the preset where it is absent. */
  Currency currency(String field, Currency preset) {
    String code = optionalText(field);
    if (code == null) {
      return preset;
    }
    return guarded(field, preset, () -> Currency.of(code));
  }

  /** An amount above zero, as text: {@code "12.34"}. */
  Amount positive(String field, Currency currency) {
    String text = text(field);
    Amount amount =
        guarded(field, Amount.zero(currency), () -> Amount.parse(field, text, currency));
    if (!hasViolation(field) && !amount.isPositive()) {
      fault(field, "must be above zero, such as \"12.34\"");
    }
    return amount;
  }

  private boolean hasViolation(String field) {
    return violations.stream().anyMatch(v -> v.field().equals(prefix + field));
  }

  /** A decimal number as text, such as {@code "-12.5"}, that must be there. */
  BigDecimal decimal(String field) {
    if (node(field) == null) {
      fault(field, "is missing; send a number in quotes, such as \"12.5\"");
    }
    return decimal(field, BigDecimal.ZERO);
  }

  /** A decimal number as text, such as {@code "-12.5"}; the preset where it is absent. */
  BigDecimal decimal(String field, BigDecimal preset) {
    String text = optionalText(field);
    if (text == null || hasViolation(field)) {
      return preset;
    }
    if (!text.matches("-?[0-9]{1,12}(\\.[0-9]{1,12})?")) {
      fault(field, "must be a number in quotes, such as \"12.5\"");
      return preset;
    }
    return new BigDecimal(text);
  }

  /** A day, or null where it is absent. */
  @Nullable LocalDate optionalDay(String field) {
    String text = optionalText(field);
    if (text == null || hasViolation(field)) {
      return null;
    }
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      fault(field, "must be a day such as 2026-01-31");
      return null;
    }
  }

  /** A whole number in a range; the preset where it is absent. */
  int integer(String field, int preset, int min, int max) {
    JsonNode node = node(field);
    if (node == null) {
      return preset;
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < min
        || node.intValue() > max) {
      fault(field, "must be a whole number from " + min + " to " + max);
      return preset;
    }
    return node.intValue();
  }

  /** A whole number in a range that must be there. */
  int requiredInteger(String field, int min, int max) {
    if (node(field) == null) {
      fault(field, "is missing; send a whole number");
    }
    return integer(field, min, min, max);
  }

  /** An object of texts, such as options; empty where it is absent. */
  Map<String, String> texts(String field) {
    JsonNode node = node(field);
    Map<String, String> result = new LinkedHashMap<>();
    if (node == null) {
      return result;
    }
    if (!node.isObject() || node.size() > 50) {
      fault(field, "must be an object of texts, such as {\"size\": \"small\"}");
      return result;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
        fault(field + "." + entry.getKey(), "must be a text");
      } else {
        result.put(entry.getKey(), entry.getValue().asText());
      }
    }
    return result;
  }

  /** A list of words out of those allowed; empty where it is absent. */
  List<String> words(String field, List<String> allowed) {
    JsonNode node = node(field);
    List<String> result = new ArrayList<>();
    if (node == null) {
      return result;
    }
    boolean fits = node.isArray();
    for (JsonNode word : node) {
      fits &= allowed.contains(word.asText());
      result.add(word.asText());
    }
    if (!fits) {
      fault(field, "must be a list out of " + String.join(", ", allowed));
      return List.of();
    }
    return result;
  }

  /** A list of texts; empty where it is absent. */
  List<String> list(String field) {
    JsonNode node = node(field);
    List<String> result = new ArrayList<>();
    if (node == null) {
      return result;
    }
    boolean fits = node.isArray() && node.size() <= LIST_MAX;
    for (JsonNode text : node) {
      fits &= text.isTextual() && text.textValue().length() <= TEXT_LENGTH_MAX;
      result.add(text.asText());
    }
    if (!fits) {
      fault(field, "must be a list of at most " + LIST_MAX + " texts in quotes");
      return List.of();
    }
    return result;
  }

  /** A list of objects that must be there, each to be read as this one is, and checked with it. */
  List<JsonBody> objects(String field) {
    JsonNode node = node(field);
    if (node == null) {
      fault(field, "is missing; send a list of objects");
      return List.of();
    }
    boolean fits = node.isArray() && node.size() <= OBJECTS_MAX;
    List<JsonBody> found = new ArrayList<>();
    for (JsonNode object : node) {
      fits &= object.isObject();
      found.add(new JsonBody(object, prefix + field + "[" + found.size() + "].", violations));
    }
    if (!fits) {
      fault(field, "must be a list of at most " + OBJECTS_MAX + " objects");
      return List.of();
    }
    parts.addAll(found);
    return found;
  }

  /** Reads with a parser of the caller's; its refusal is told under this field. */
  <T> T guarded(String field, T placeholder, Supplier<T> parser) {
    try {
      return parser.get();
    } catch (InvalidInput e) {
      e.violations().forEach(v -> fault(field, v.message()));
      return placeholder;
    }
  }

  private @Nullable JsonNode node(String field) {
    read.add(field);
    JsonNode node = root.get(field);
    return node == null || node.isNull() ? null : node;
  }

  /**
   * To be called once every field is read.
   *
   * @throws InvalidInput naming every field at fault, unknown ones too
   */
  void check() {
    refuseOthers();
    if (!violations.isEmpty()) {
      throw new InvalidInput(violations);
    }
  }

  private void refuseOthers() {
    root.fieldNames()
        .forEachRemaining(
            name -> {
              if (!read.contains(name)) {
                fault(
                    name.length() <= 60 ? name : name.substring(0, 60),
                    "is not a field of this request; it takes "
                        + String.join(", ", read.stream().sorted().toList()));
              }
            });
    parts.forEach(JsonBody::refuseOthers);
  }
}
