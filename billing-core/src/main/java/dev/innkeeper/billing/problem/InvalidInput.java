package dev.innkeeper.billing.problem;

import java.util.List;

/** One or more fields of a request hold what they can't hold. */
public final class InvalidInput extends BillingException {
  /**
   * One field at fault.
   *
   * @param field the field's path as the caller wrote it, such as {@code prices[2].perHour}
   * @param message what is wrong with it and what would be right
   */
  public record Violation(String field, String message) {}

  private final List<Violation> violations;

  public InvalidInput(String field, String message) {
    this(List.of(new Violation(field, message)));
  }

  /**
   * @param violations at least one
   */
  public InvalidInput(List<Violation> violations) {
    super("invalid-input", describe(violations));
    this.violations = List.copyOf(violations);
  }

  /** Every field at fault; never empty. */
  public List<Violation> violations() {
    return violations;
  }

  /** The first field at fault. */
  public String field() {
    return violations.get(0).field();
  }

  private static String describe(List<Violation> violations) {
    if (violations.isEmpty()) {
      throw new IllegalArgumentException("an invalid input has at least one violation");
    }
    StringBuilder text = new StringBuilder();
    for (Violation v : violations) {
      if (text.length() > 0) {
        text.append("; ");
      }
      text.append(v.field()).append(": ").append(v.message());
    }
    return text.toString();
  }
}
