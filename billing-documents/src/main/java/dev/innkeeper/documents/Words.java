package dev.innkeeper.documents;

import dev.innkeeper.billing.problem.InvalidInput;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The words and patterns of the languages. English says which keys there are; every other language
 * has exactly these. A language that nobody translated is served in English. Immutable.
 */
final class Words {
  static final String FALLBACK = "en";

  private final Map<String, Map<String, String>> byLanguage;

  private Words(Map<String, Map<String, String>> byLanguage) {
    this.byLanguage = byLanguage;
  }

  /**
   * @throws InvalidInput when a language lacks a key or has one too many
   */
  static Words of(TemplateFolder folder) {
    Map<String, Map<String, String>> languages = new TreeMap<>();
    for (String file : folder.names()) {
      if (file.matches("words_[a-z]{2}\\.properties")) {
        languages.put(file.substring(6, 8), read(folder, file));
      }
    }
    Set<String> keys = languages.getOrDefault(FALLBACK, Map.of()).keySet();
    languages.forEach((language, words) -> check("words_" + language + ".properties", keys, words));
    return new Words(languages);
  }

  private static Map<String, String> read(TemplateFolder folder, String file) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(folder.text(file)));
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInput(file + ":1", "is no properties file: " + e.getMessage());
    }
    Map<String, String> words = new HashMap<>();
    properties.stringPropertyNames().forEach(key -> words.put(key, properties.getProperty(key)));
    return Map.copyOf(words);
  }

  private static void check(String file, Set<String> keys, Map<String, String> words) {
    Set<String> missing = new TreeSet<>(keys);
    missing.removeAll(words.keySet());
    Set<String> unknown = new TreeSet<>(words.keySet());
    unknown.removeAll(keys);
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new InvalidInput(
          file,
          "must have the keys of words_en.properties"
              + (missing.isEmpty() ? "" : "; it lacks " + missing)
              + (unknown.isEmpty() ? "" : "; nobody knows " + unknown));
    }
  }

  /** The language itself when there are words of it, else English. */
  String served(String language) {
    return byLanguage.containsKey(language) ? language : FALLBACK;
  }

  /** All words of a language that is {@link #served}. */
  Map<String, String> in(String language) {
    Map<String, String> words = byLanguage.get(language);
    if (words == null) {
      throw new IllegalArgumentException("there are no words of '" + language + "'");
    }
    return words;
  }

  Set<String> keys() {
    return in(FALLBACK).keySet();
  }

  List<String> languages() {
    return List.copyOf(byLanguage.keySet());
  }

  /**
   * @param fallback given when there is no such word, as with units that a hoster invented
   */
  static String find(Map<String, String> words, String key, String fallback) {
    @Nullable String word = words.get(key);
    return word == null ? fallback : word;
  }

  static String require(Map<String, String> words, String key) {
    String word = words.get(key);
    if (word == null) {
      throw new IllegalStateException("there is no word '" + key + "'");
    }
    return word;
  }

  static Locale locale(Map<String, String> words) {
    return Locale.forLanguageTag(require(words, "locale"));
  }
}
