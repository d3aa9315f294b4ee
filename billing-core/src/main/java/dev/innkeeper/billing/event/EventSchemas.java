package dev.innkeeper.billing.event;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The engine's types of events and the JSON Schema of each one's data. A schema is only ever added
 * to: a field that is there stays, with its meaning. Immutable.
 */
public final class EventSchemas {
  private static final String FOLDER = "schema/";

  private final Map<String, String> schemas;

  private EventSchemas(Map<String, String> schemas) {
    this.schemas = schemas;
  }

  /** Reads them from the engine's own resources. */
  public static EventSchemas load() {
    Map<String, String> schemas = new LinkedHashMap<>();
    for (String type : read("types.txt").lines().toList()) {
      schemas.put(type, read(type + ".json"));
    }
    return new EventSchemas(schemas);
  }

  /** Every type, sorted by name. */
  public List<String> types() {
    return List.copyOf(schemas.keySet());
  }

  /** The JSON Schema (2020-12) of the type's data; empty for a type that is not the engine's. */
  public Optional<String> schema(String type) {
    return Optional.ofNullable(schemas.get(type));
  }

  private static String read(String file) {
    try (InputStream in = EventSchemas.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException("the engine's jar lacks the schema " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
