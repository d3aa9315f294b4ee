package dev.innkeeper.provisioner;

import java.util.UUID;

/**
 * Our name for a resource, never used twice. Put it on everything you create, as a tag, a label or
 * part of a name, so that it is found again after a crash.
 */
public record ResourceId(UUID value) {

  /**
   * @throws IllegalArgumentException when the text is not a UUID
   */
  public static ResourceId parse(String text) {
    return new ResourceId(UUID.fromString(text));
  }

  /** The UUID's 36 characters, a DNS label. */
  @Override
  public String toString() {
    return value.toString();
  }
}
