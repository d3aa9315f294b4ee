package dev.innkeeper.provisioner.site;

import dev.innkeeper.provisioner.DnsLabel;
import dev.innkeeper.provisioner.ResourceId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The sites on disk. Nothing is kept in memory: what the files say is what is served, after a
 * restart and on every server that shares the folder.
 *
 * <pre>
 * names/my-site            the id of the site that has this name now
 * sites/ID.properties      what the site is, and its status
 * content/ID/...           its files
 * </pre>
 */
final class SiteStore {
  private static final String SUFFIX = ".properties";

  /** What a file takes at least: it bounds the number of files as well as their size. */
  private static final long FILE_BYTES_MIN = 4096;

  private static final String UPLOAD_PREFIX = ".upload-";
  private static final Duration UPLOAD_TIME_MAX = Duration.ofHours(1);

  private final Path names;
  private final Path sites;
  private final Path contents;
  private final Disk disk;

  SiteStore(Path folder, Disk disk) throws IOException {
    this.names = Files.createDirectories(folder.resolve("names"));
    this.sites = Files.createDirectories(folder.resolve("sites"));
    this.contents = Files.createDirectories(folder.resolve("content"));
    this.disk = disk;
  }

  Path content(ResourceId id) {
    return contents.resolve(id.toString());
  }

  Optional<Site> find(ResourceId id) throws IOException {
    return read(file(id)).map(text -> Site.parse(id, text));
  }

  /** The site that has a name now. */
  Optional<Site> findByName(String name) throws IOException {
    if (!DnsLabel.isOne(name)) {
      return Optional.empty();
    }
    Optional<String> id = read(names.resolve(name));
    return id.isPresent() ? find(ResourceId.parse(id.get())) : Optional.empty();
  }

  List<ResourceId> all() throws IOException {
    List<ResourceId> ids = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(sites, "[!.]*" + SUFFIX)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        ids.add(ResourceId.parse(name.substring(0, name.length() - SUFFIX.length())));
      }
    }
    return ids;
  }

  void save(Site site) throws IOException {
    disk.write(file(site.id()), site.id().toString(), site.toText());
  }

  /**
   * Takes a name for a site.
   *
   * @return whether the site has the name now; false when another has it
   */
  boolean claimName(String name, ResourceId id) throws IOException {
    return owns(name, id)
        || disk.claim(names.resolve(name), id.toString(), id.toString())
        || owns(name, id);
  }

  /** Gives a name back, if this site has it. */
  void releaseName(String name, ResourceId id) throws IOException {
    if (owns(name, id)) {
      disk.delete(names.resolve(name));
    }
  }

  /** Makes the folder of a site's files, with a page in it that says that it works. */
  void prepareContent(Site site, String welcomePage) throws IOException {
    Path folder = content(site.id());
    if (!Files.isDirectory(folder)) {
      disk.createFolder(folder);
    }
    Path index = folder.resolve("index.html");
    if (!Files.exists(index)) {
      disk.write(index, site.id().toString(), welcomePage);
    }
  }

  /**
   * Deletes all there is of a site, its own file last, so that a crash leaves a trace to follow.
   */
  void erase(ResourceId id, String... possibleNames) throws IOException {
    disk.deleteTree(content(id));
    for (String name : possibleNames) {
      releaseName(name, id);
    }
    for (Path folder : List.of(names, sites)) {
      try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "." + id + ".*")) {
        for (Path temporary : left) {
          disk.delete(temporary);
        }
      }
    }
    if (Files.exists(file(id))) {
      disk.delete(file(id));
    }
  }

  /**
   * A place for an upload to grow: hidden, so it is never served, and on the same disk, so it can
   * be moved. Those that a crash left are deleted on the way.
   */
  Path newUpload(ResourceId id) throws IOException {
    Path folder = content(id);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, UPLOAD_PREFIX + "*")) {
      for (Path upload : left) {
        Instant abandoned = Files.getLastModifiedTime(upload).toInstant().plus(UPLOAD_TIME_MAX);
        // The machine's time, as the file's is; not the one the billing goes by.
        if (abandoned.isBefore(Clock.systemUTC().instant())) {
          Files.deleteIfExists(upload);
        }
      }
    }
    return folder.resolve(UPLOAD_PREFIX + UUID.randomUUID());
  }

  /** Deletes what an upload left behind that ended after its site. */
  void sweepIfGone(ResourceId id) throws IOException {
    if (find(id).isEmpty()) {
      disk.deleteTree(content(id));
    }
  }

  /** What a site's files take, each at least 4096 bytes. */
  long usedBytes(ResourceId id) throws IOException {
    Path folder = content(id);
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    AtomicLong bytes = new AtomicLong();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes.addAndGet(charged(attributes.size()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              // Deleted while we looked.
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return bytes.get();
  }

  /** What a file of this size counts for. */
  static long charged(long sizeBytes) {
    return Math.max(sizeBytes, FILE_BYTES_MIN);
  }

  private boolean owns(String name, ResourceId id) throws IOException {
    return read(names.resolve(name)).filter(id.toString()::equals).isPresent();
  }

  private Path file(ResourceId id) {
    return sites.resolve(id + SUFFIX);
  }

  private static Optional<String> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
