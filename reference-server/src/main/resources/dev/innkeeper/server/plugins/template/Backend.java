package @package@;

import dev.innkeeper.provisioner.ResourceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The things as they are: a folder each, named by our id. Put your provider's API in its place.
 * Everything that changes the world is a method of its own here: the contract's tests have each of
 * them fail in every way.
 */
class @Class@Backend {
  private final Path folder;

  @Class@Backend(Path folder) {
    this.folder = folder;
  }

  /**
   * A thing.
   *
   * @param name its owner's word for it; nothing is found by it
   * @param digest of the specification it was last brought to
   */
  record Thing(String name, String digest, boolean running) {}

  Optional<Thing> find(ResourceId id) throws IOException {
    Path file = file(id);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    return Optional.of(
        new Thing(lines.get(0), lines.get(1), Boolean.parseBoolean(lines.get(2))));
  }

  /** Whether there is anything of it, whole or not. */
  boolean exists(ResourceId id) {
    return Files.exists(folderOf(id));
  }

  List<ResourceId> all() throws IOException {
    List<ResourceId> ids = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> folders = Files.list(folder)) {
        folders.forEach(each -> ids.add(ResourceId.parse(each.getFileName().toString())));
      }
    }
    return ids;
  }

  /** Makes it, or changes it, at once: nobody sees half of it. */
  void save(ResourceId id, Thing thing) throws IOException {
    Files.createDirectories(folderOf(id));
    Path temporary = folderOf(id).resolve(UUID.randomUUID() + ".tmp");
    Files.write(
        temporary, List.of(thing.name(), thing.digest(), String.valueOf(thing.running())));
    Files.move(temporary, file(id), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes it with its data. */
  void delete(ResourceId id) throws IOException {
    List<Path> deepestLast;
    try (Stream<Path> everything = Files.walk(folderOf(id))) {
      deepestLast = everything.toList();
    }
    for (int i = deepestLast.size() - 1; i >= 0; i--) {
      Files.deleteIfExists(deepestLast.get(i));
    }
  }

  Path folderOf(ResourceId id) {
    return folder.resolve(id.toString());
  }

  private Path file(ResourceId id) {
    return folderOf(id).resolve("thing.txt");
  }
}
