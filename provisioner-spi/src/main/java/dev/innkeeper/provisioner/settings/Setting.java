package dev.innkeeper.provisioner.settings;

import java.util.List;
import java.util.Optional;

/**
 * One setting that may or must be given.
 *
 * @param name as it is written, such as {@code quotaMegabytes}
 * @param type what its text must be
 * @param defaultText what counts when it is not given; empty for one that must be given
 * @param min smallest whole number or length in characters
 * @param max largest whole number or length in characters
 * @param choices the only texts allowed; empty for any
 * @param description for the documentation and for messages
 */
public record Setting(
    String name,
    Type type,
    Optional<String> defaultText,
    long min,
    long max,
    List<String> choices,
    String description) {
  private static final int TEXT_LENGTH_MAX = 4096;

  /** What a setting's text must be. */
  public enum Type {
    TEXT,
    WHOLE_NUMBER,
    YES_NO,
    URL
  }

  public Setting {
    choices = List.copyOf(choices);
    if (min > max) {
      throw new IllegalArgumentException(name + ": min must not be above max");
    }
  }

  /** A text that must be given, of 1 to 4096 characters. */
  public static Setting text(String name, String description) {
    return new Setting(
        name, Type.TEXT, Optional.empty(), 1, TEXT_LENGTH_MAX, List.of(), description);
  }

  /** A whole number that must be given. */
  public static Setting wholeNumber(String name, long min, long max, String description) {
    return new Setting(name, Type.WHOLE_NUMBER, Optional.empty(), min, max, List.of(), description);
  }

  /** {@code true} or {@code false}, which must be given. */
  public static Setting yesNo(String name, String description) {
    return new Setting(
        name, Type.YES_NO, Optional.empty(), 0, 0, List.of("true", "false"), description);
  }

  /** An absolute http or https URL that must be given. */
  public static Setting url(String name, String description) {
    return new Setting(
        name, Type.URL, Optional.empty(), 1, TEXT_LENGTH_MAX, List.of(), description);
  }

  /** The same, one of these texts only. */
  public Setting oneOf(String... texts) {
    return new Setting(name, type, defaultText, min, max, List.of(texts), description);
  }

  /** The same, and need not be given. An empty text means that it has no value. */
  public Setting orElse(String text) {
    return new Setting(name, type, Optional.of(text), min, max, choices, description);
  }

  /** What is wrong with a text for this setting, if anything. */
  Optional<String> problemWith(String text) {
    if (defaultText.isPresent() && defaultText.get().equals(text)) {
      return Optional.empty();
    }
    if (!choices.isEmpty() && !choices.contains(text)) {
      return Optional.of("must be one of " + String.join(", ", choices) + ", was '" + text + "'");
    }
    return switch (type) {
      case TEXT -> problemWithLength(text);
      case WHOLE_NUMBER -> problemWithNumber(text);
      case YES_NO -> Optional.empty();
      case URL -> problemWithUrl(text);
    };
  }

  private Optional<String> problemWithLength(String text) {
    boolean fits = text.length() >= min && text.length() <= max;
    return fits
        ? Optional.empty()
        : Optional.of("must have " + min + " to " + max + " characters, has " + text.length());
  }

  private Optional<String> problemWithNumber(String text) {
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return Optional.empty();
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    return Optional.of(
        "must be a whole number from " + min + " to " + max + ", was '" + text + "'");
  }

  private static Optional<String> problemWithUrl(String text) {
    try {
      java.net.URI uri = new java.net.URI(text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null) {
        return Optional.empty();
      }
    } catch (java.net.URISyntaxException e) {
      // Said below, as for a URL of another scheme.
    }
    return Optional.of("must be an absolute http or https URL, was '" + text + "'");
  }
}
