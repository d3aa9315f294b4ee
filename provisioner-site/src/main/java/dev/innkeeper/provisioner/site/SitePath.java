package dev.innkeeper.provisioner.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Turns the path of a request into a file of the site, and into none that is outside. */
final class SitePath {
  private static final int LENGTH_MAX = 1024;
  private static final int DEPTH_MAX = 32;

  private SitePath() {}

  /**
   * @param folder of the site's files
   * @param requestPath decoded, begins with a slash
   * @return empty for what can't be a file of a site: hidden, outside, too long
   */
  static Optional<Path> resolve(Path folder, String requestPath) throws IOException {
    if (requestPath.length() > LENGTH_MAX || requestPath.indexOf('\\') >= 0) {
      return Optional.empty();
    }
    Path path;
    try {
      path = folder.resolve(requestPath.replaceFirst("^/+", ""));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
    Path relative = folder.relativize(path);
    if (relative.getNameCount() > DEPTH_MAX) {
      return Optional.empty();
    }
    for (Path part : relative) {
      String name = part.toString();
      if (name.startsWith(".") && !name.equals(".well-known")) {
        return Optional.empty();
      }
    }
    return isInside(folder, path) ? Optional.of(path) : Optional.empty();
  }

  /** Follows links as far as the path exists: a link in a site must not lead out of it. */
  private static boolean isInside(Path folder, Path path) throws IOException {
    Path existing = path;
    while (!Files.exists(existing)) {
      Path parent = existing.getParent();
      if (parent == null) {
        return false;
      }
      existing = parent;
    }
    return Files.exists(folder) && existing.toRealPath().startsWith(folder.toRealPath());
  }
}
