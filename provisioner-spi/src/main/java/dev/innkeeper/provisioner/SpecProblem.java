package dev.innkeeper.provisioner;

/**
 * What is wrong with a specification or a setting.
 *
 * @param field where, such as {@code parameters.quotaMegabytes}
 * @param message what is wrong and what would be right
 */
public record SpecProblem(String field, String message) {
  @Override
  public String toString() {
    return field + ": " + message;
  }
}
