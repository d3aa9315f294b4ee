package dev.innkeeper.server.provisioning;

import dev.innkeeper.provisioner.SpecProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A product's template, filled in with what a customer chose.
 *
 * <p>{@code quotaMegabytes: 100} holds for all; {@code quotaMegabytes[size=large]: 1000} for those
 * who chose that, and wins. {@code ${size}}, {@code ${name}} and {@code ${quantity}} in a value are
 * replaced by the choice, the resource's name, and how many were bought; {@code ${metadata.sshKey}}
 * by what was given at the order, or nothing.
 */
final class WorkloadTemplate {
  private static final Pattern CONDITIONAL =
      Pattern.compile("([A-Za-z0-9_.-]+)\\[([A-Za-z0-9_.-]+)=([^\\]]*)]");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z0-9_.-]+)}");
  private static final String METADATA = "metadata.";

  private final Map<String, String> template;

  WorkloadTemplate(Map<String, String> template) {
    this.template = template;
  }

  /**
   * What a customer chose.
   *
   * @param metadata given at the order; may be anything
   */
  record Choice(
      String name, Map<String, String> options, long quantity, Map<String, String> metadata) {}

  /**
   * The problems that every choice will have, such as a misspelt option. Empty when there is none.
   */
  List<SpecProblem> check(Map<String, List<String>> productOptions) {
    List<SpecProblem> problems = new ArrayList<>();
    template.forEach(
        (key, value) -> {
          Matcher conditional = CONDITIONAL.matcher(key);
          if (conditional.matches()) {
            List<String> values = productOptions.get(conditional.group(2));
            if (values == null || !values.contains(conditional.group(3))) {
              problems.add(
                  new SpecProblem("template." + key, "the product has no such option and value"));
            }
          }
        });
    return problems;
  }

  /**
   * @return the workload's parameters, {@code workload} among them
   * @throws IllegalArgumentException when a placeholder stands for nothing
   */
  Map<String, String> fill(Choice choice) {
    Map<String, String> chosen = new TreeMap<>();
    template.forEach(
        (key, value) -> {
          if (!CONDITIONAL.matcher(key).matches()) {
            chosen.put(key, value);
          }
        });
    template.forEach(
        (key, value) -> {
          Matcher conditional = CONDITIONAL.matcher(key);
          if (conditional.matches()
              && conditional.group(3).equals(choice.options().get(conditional.group(2)))) {
            chosen.put(conditional.group(1), value);
          }
        });
    chosen.replaceAll((key, value) -> replace(key, value, choice));
    return chosen;
  }

  private static String replace(String key, String value, Choice choice) {
    return PLACEHOLDER
        .matcher(value)
        .replaceAll(match -> Matcher.quoteReplacement(valueOf(key, match.group(1), choice)));
  }

  private static String valueOf(String key, String placeholder, Choice choice) {
    if (placeholder.equals("name")) {
      return choice.name();
    }
    if (placeholder.equals("quantity")) {
      return String.valueOf(choice.quantity());
    }
    if (placeholder.startsWith(METADATA)) {
      return choice.metadata().getOrDefault(placeholder.substring(METADATA.length()), "");
    }
    String option = choice.options().get(placeholder);
    if (option == null) {
      throw new IllegalArgumentException(
          "template." + key + ": ${" + placeholder + "} is neither an option nor name or quantity");
    }
    return option;
  }
}
