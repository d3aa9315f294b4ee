package dev.innkeeper.provisioner.site;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Everything that the provisioner changes on disk, each change whole or not at all. Tests put
 * faults in between.
 */
class Disk {

  /**
   * Writes a file so that, whenever the machine stops, it has its old content or its new.
   *
   * @param temporaryPrefix begins the names of the files that a crash may leave beside it
   */
  void write(Path file, String temporaryPrefix, String content) throws IOException {
    Path temporary = writeTemporary(file, temporaryPrefix, content);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Makes a file with its content unless there is one of that name.
   *
   * @return whether it was made
   */
  boolean claim(Path file, String temporaryPrefix, String content) throws IOException {
    Path temporary = writeTemporary(file, temporaryPrefix, content);
    try {
      // A link appears with its content, and only if nobody was faster; a new file would be empty
      // for a moment, and for ever if the machine stopped in that moment.
      Files.createLink(file, temporary);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  void createFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
  }

  void delete(Path fileOrEmptyFolder) throws IOException {
    Files.deleteIfExists(fileOrEmptyFolder);
  }

  /** Deletes a folder with all that is in it; links are deleted, not followed. */
  final void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        for (Path entry : entries) {
          deleteTree(entry);
        }
      }
    }
    delete(folder);
  }

  private static Path writeTemporary(Path beside, String prefix, String content)
      throws IOException {
    Path temporary = beside.resolveSibling("." + prefix + "." + UUID.randomUUID() + ".tmp");
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    return temporary;
  }
}
