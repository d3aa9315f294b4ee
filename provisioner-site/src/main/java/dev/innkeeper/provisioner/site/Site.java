package dev.innkeeper.provisioner.site;

import dev.innkeeper.provisioner.ResourceId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A site as it is on disk.
 *
 * @param digest of the specification it was last brought to
 * @param uploadKey what its owner proves himself with
 */
record Site(
    ResourceId id,
    String name,
    Status status,
    SiteParameters parameters,
    String digest,
    String uploadKey) {

  /** How far a site is. */
  enum Status {
    STARTING,
    RUNNING,
    SUSPENDED,
    TERMINATING
  }

  Site with(Status newStatus) {
    return new Site(id, name, newStatus, parameters, digest, uploadKey);
  }

  /** One {@code key=value} a line. No value holds a line break: each is checked or made by us. */
  String toText() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("name", name);
    lines.put("status", status.name());
    lines.put("quotaMegabytes", String.valueOf(parameters.quotaMegabytes()));
    lines.put("ownAddress", String.valueOf(parameters.ownAddress()));
    lines.put("digest", digest);
    lines.put("uploadKey", uploadKey);
    StringBuilder text = new StringBuilder();
    lines.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString();
  }

  /**
   * @throws IllegalStateException when the text is not one that {@link #toText} made
   */
  static Site parse(ResourceId id, String text) {
    Map<String, String> lines = new LinkedHashMap<>();
    for (String line : text.split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        lines.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    try {
      return new Site(
          id,
          value(lines, "name"),
          Status.valueOf(value(lines, "status")),
          new SiteParameters(
              Long.parseLong(value(lines, "quotaMegabytes")),
              Boolean.parseBoolean(value(lines, "ownAddress"))),
          value(lines, "digest"),
          value(lines, "uploadKey"));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("the file of site " + id + " is damaged", e);
    }
  }

  private static String value(Map<String, String> lines, String key) {
    String value = lines.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }
}
