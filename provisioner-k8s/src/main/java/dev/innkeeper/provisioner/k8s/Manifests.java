package dev.innkeeper.provisioner.k8s;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads what customers wrote. It may be anything: nothing in it is believed before it is checked.
 */
final class Manifests {
  private static final int CODE_POINTS_MAX = 1 << 20;
  private static final int ALIASES_MAX = 20;
  private static final int DEPTH_MAX = 60;

  private Manifests() {}

  /**
   * The objects of a text, in their order; empty documents are left out.
   *
   * @throws IllegalArgumentException when it is not YAML, or a document is no object
   */
  static List<Map<String, Object>> read(String yaml) {
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(CODE_POINTS_MAX)
            .setMaxAliasesForCollections(ALIASES_MAX)
            .setAllowRecursiveKeys(false)
            .setAllowDuplicateKeys(false)
            .build();
    List<Map<String, Object>> objects = new ArrayList<>();
    try {
      for (Object document : new Load(settings).loadAllFromString(yaml)) {
        if (document != null) {
          objects.add(object(document));
        }
      }
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException("is not YAML: " + e.getMessage(), e);
    }
    return objects;
  }

  private static Map<String, Object> object(Object document) {
    checkDepth(document, DEPTH_MAX);
    if (!(document instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("must be objects with apiVersion, kind and metadata");
    }
    return texts(map);
  }

  /** Aliases may make a document contain itself. */
  private static void checkDepth(Object value, int depthLeft) {
    if (depthLeft == 0) {
      throw new IllegalArgumentException("is nested more than " + DEPTH_MAX + " deep");
    }
    if (value instanceof Map<?, ?> map) {
      for (Object item : map.values()) {
        checkDepth(item, depthLeft - 1);
      }
    } else if (value instanceof List<?> list) {
      for (Object item : list) {
        checkDepth(item, depthLeft - 1);
      }
    }
  }

  /** A map at a path of keys, or an empty one that is not part of the object. */
  static Map<String, Object> map(Map<String, Object> object, String... path) {
    Map<String, Object> at = object;
    for (String key : path) {
      at = at.get(key) instanceof Map<?, ?> next ? texts(next) : new java.util.HashMap<>();
    }
    return at;
  }

  /** A map at a path of keys, made where there is none. */
  static Map<String, Object> makeMap(Map<String, Object> object, String... path) {
    Map<String, Object> at = object;
    for (String key : path) {
      if (!(at.get(key) instanceof Map<?, ?>)) {
        at.put(key, new java.util.LinkedHashMap<String, Object>());
      }
      at = texts((Map<?, ?>) at.get(key));
    }
    return at;
  }

  /** The objects of a list at a key; what is no object is left out. */
  static List<Map<String, Object>> list(Map<String, Object> object, String key) {
    List<Map<String, Object>> items = new ArrayList<>();
    if (object.get(key) instanceof List<?> list) {
      for (Object item : list) {
        if (item instanceof Map<?, ?> map) {
          items.add(texts(map));
        }
      }
    }
    return items;
  }

  static String text(Map<String, Object> object, String key) {
    return object.get(key) instanceof String text ? text : "";
  }

  /** The same map: YAML's keys may be of any type, and the API server's are texts. */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> texts(Map<?, ?> map) {
    for (Object key : map.keySet()) {
      if (!(key instanceof String)) {
        throw new IllegalArgumentException("has a key that is no text: " + key);
      }
    }
    return (Map<String, Object>) map;
  }
}
