package dev.innkeeper.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The folder that belongs to one running server. The lock goes with the process, however it ends.
 * Thread-safe.
 */
public final class DataFolder implements AutoCloseable {
  private static final String NODE = "node.name";

  private final Path folder;
  private final FileChannel channel;

  private DataFolder(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Creates the folder when absent and takes it for this process.
   *
   * @throws StartProblem when it can't be written, or another server has it
   */
  public static DataFolder take(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw notWritable(folder, e);
    }
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              folder.resolve("server.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw notWritable(folder, e);
    }
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new StartProblem(
            "data folder "
                + folder
                + " is in use by another running server: stop that one, or choose another folder"
                + " with --data");
      }
    } catch (IOException e) {
      throw notWritable(folder, e);
    }
    return new DataFolder(folder, channel);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static StartProblem notWritable(Path folder, IOException cause) {
    return new StartProblem(
        "can't write in data folder "
            + folder
            + " ("
            + cause
            + "): make it writable for this user, or choose another with --data",
        cause);
  }

  public Path path() {
    return folder;
  }

  /** Where the embedded PostgreSQL keeps its files. */
  Path postgres() {
    return folder.resolve("postgres");
  }

  /**
   * What this server is called among several on one database: made up at its first start, the same
   * at every later one.
   */
  public String nodeName() {
    Path file = folder.resolve(NODE);
    try {
      if (!Files.exists(file)) {
        return Files.readString(writeSecret(NODE, UUID.randomUUID().toString())).strip();
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new StartProblem("can't read " + file + " (" + e.getMessage() + ")", e);
    }
  }

  /** Whether a database has been made here. */
  public boolean hasDatabase() {
    return Files.exists(postgres().resolve("PG_VERSION"));
  }

  /** Writes a small file that only this user can read. */
  public Path writeSecret(String name, String content) {
    Path file = folder.resolve(name);
    try {
      Path fresh = folder.resolve(name + ".new");
      Files.deleteIfExists(fresh);
      createPrivate(fresh);
      Files.writeString(fresh, content + "\n");
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException e) {
      throw notWritable(folder, e);
    }
  }

  private static void createPrivate(Path file) throws IOException {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StartProblem("can't release data folder " + folder, e);
    }
  }
}
