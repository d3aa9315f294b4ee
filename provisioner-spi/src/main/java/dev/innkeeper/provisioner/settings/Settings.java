package dev.innkeeper.provisioner.settings;

import java.util.Map;
import java.util.Optional;

/** Settings that were found right by {@link SettingsSchema#read}. Immutable. */
public final class Settings {
  private final Map<String, String> texts;

  Settings(Map<String, String> texts) {
    this.texts = Map.copyOf(texts);
  }

  /**
   * A setting's text, which may be empty if that is its default.
   *
   * @throws IllegalArgumentException when the schema has no such setting
   */
  public String text(String name) {
    String text = texts.get(name);
    if (text == null) {
      throw new IllegalArgumentException("the schema has no setting '" + name + "'");
    }
    return text;
  }

  /** A setting's text; nothing when it is empty. */
  public Optional<String> optionalText(String name) {
    return Optional.of(text(name)).filter(text -> !text.isEmpty());
  }

  /** A setting of type {@link Setting.Type#WHOLE_NUMBER}. */
  public long wholeNumber(String name) {
    return Long.parseLong(text(name));
  }

  /** A setting of type {@link Setting.Type#YES_NO}. */
  public boolean yes(String name) {
    return Boolean.parseBoolean(text(name));
  }

  /** The names alone: values may be secrets. */
  @Override
  public String toString() {
    return "Settings" + texts.keySet();
  }
}
