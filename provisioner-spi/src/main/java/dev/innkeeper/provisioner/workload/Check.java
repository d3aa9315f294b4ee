package dev.innkeeper.provisioner.workload;

import java.util.Collection;

/** Checks at the door of every specification. */
final class Check {
  private Check() {}

  static void range(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          field + ": must be from " + min + " to " + max + ", was " + value);
    }
  }

  static void notBlank(String field, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(field + ": must not be blank");
    }
  }

  static void atMost(String field, Collection<?> items, int max) {
    if (items.size() > max) {
      throw new IllegalArgumentException(
          field + ": at most " + max + " are allowed, were " + items.size());
    }
  }
}
