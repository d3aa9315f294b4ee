package dev.innkeeper.provisioner.k8s;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;

/** Digests of what we make, so that it is applied again only when it differs. */
final class Content {
  private Content() {}

  static String digestOf(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Of texts by name; lengths are part of it, so that no two maps are the same text. */
  static String digestOf(SortedMap<String, String> texts) {
    StringBuilder all = new StringBuilder();
    texts.forEach(
        (name, value) ->
            all.append(name.length())
                .append(':')
                .append(name)
                .append(value.length())
                .append(':')
                .append(value));
    return digestOf(all.toString());
  }
}
