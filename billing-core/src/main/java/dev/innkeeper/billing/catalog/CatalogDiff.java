package dev.innkeeper.billing.catalog;

import java.util.List;

/**
 * What applying a definition changes; empty when the catalog is as defined already. Immutable.
 *
 * @param warnings what a person should see before it is applied, such as a raise that moves running
 *     subscriptions
 */
public record CatalogDiff(List<Change> changes, List<String> warnings) {
  public CatalogDiff {
    changes = List.copyOf(changes);
    warnings = List.copyOf(warnings);
  }

  /** What happens to one thing. */
  public enum Action {
    ADD,
    CHANGE
  }

  /**
   * One difference.
   *
   * @param subject what it is about, such as {@code product site} or {@code price site size=small
   *     EUR}
   * @param detail what is new, and what it was before
   */
  public record Change(Action action, String subject, String detail) {}

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** For people: one line a change, {@code +} for what is new and {@code ~} for what changes. */
  @Override
  public String toString() {
    if (changes.isEmpty()) {
      return "nothing to change\n";
    }
    StringBuilder text = new StringBuilder();
    for (Change change : changes) {
      text.append(change.action() == Action.ADD ? "+ " : "~ ")
          .append(change.subject())
          .append(": ")
          .append(change.detail())
          .append('\n');
    }
    for (String warning : warnings) {
      text.append("! ").append(warning).append('\n');
    }
    return text.toString();
  }
}
