package dev.innkeeper.provisioner.settings;

import dev.innkeeper.provisioner.SpecProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings there are. The same serves a plugin's configuration and the parameters of a {@link
 * dev.innkeeper.provisioner.workload.CustomWorkload}.
 *
 * @param settings in the order in which they are explained
 */
public record SettingsSchema(List<Setting> settings) {
  public SettingsSchema {
    settings = List.copyOf(settings);
    Map<String, Setting> byName = new LinkedHashMap<>();
    for (Setting setting : settings) {
      if (byName.put(setting.name(), setting) != null) {
        throw new IllegalArgumentException("two settings are named " + setting.name());
      }
    }
  }

  public static SettingsSchema of(Setting... settings) {
    return new SettingsSchema(List.of(settings));
  }

  /**
   * What is wrong with these texts: missing, unknown, unfit. Empty when nothing is.
   *
   * @param prefix put before each name, such as {@code parameters.}
   */
  public List<SpecProblem> check(String prefix, Map<String, String> texts) {
    List<SpecProblem> problems = new ArrayList<>();
    Map<String, String> unknown = new TreeMap<>(texts);
    for (Setting setting : settings) {
      String text = unknown.remove(setting.name());
      Optional<String> wrong =
          text != null
              ? setting.problemWith(text)
              : setting.defaultText().isPresent()
                  ? Optional.empty()
                  : Optional.of("is missing: " + setting.description());
      wrong.ifPresent(message -> problems.add(new SpecProblem(prefix + setting.name(), message)));
    }
    unknown
        .keySet()
        .forEach(
            name ->
                problems.add(
                    new SpecProblem(
                        prefix + name,
                        "is not known; known are "
                            + String.join(", ", settings.stream().map(Setting::name).toList()))));
    return problems;
  }

  /**
   * The texts with defaults filled in.
   *
   * @throws InvalidSettings when {@link #check} finds anything
   */
  public Settings read(String prefix, Map<String, String> texts) {
    List<SpecProblem> problems = check(prefix, texts);
    if (!problems.isEmpty()) {
      throw new InvalidSettings(problems);
    }
    Map<String, String> complete = new TreeMap<>();
    for (Setting setting : settings) {
      String text = texts.get(setting.name());
      complete.put(setting.name(), text != null ? text : setting.defaultText().orElseThrow());
    }
    return new Settings(complete);
  }
}
