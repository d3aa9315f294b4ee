package dev.innkeeper.provisioner;

import java.util.regex.Pattern;

/**
 * Names that are fit for a host name, a folder, a service and a namespace alike: lower-case
 * letters, digits and inner hyphens, at most 63 characters.
 */
public final class DnsLabel {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private DnsLabel() {}

  public static boolean isOne(String text) {
    return LABEL.matcher(text).matches();
  }

  /**
   * @return the text
   * @throws IllegalArgumentException naming the field when the text is no label
   */
  public static String require(String field, String text) {
    if (!isOne(text)) {
      throw new IllegalArgumentException(
          field
              + ": must be 1 to 63 lower-case letters, digits and inner hyphens, was '"
              + text
              + "'");
    }
    return text;
  }
}
