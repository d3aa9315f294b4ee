package dev.innkeeper.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server on this machine, listening on the loopback interface only.
 *
 * <p>Thread-safe. The server process ends with {@link #close()} or when the JVM ends in an orderly
 * way; after a killed JVM it may live on, and the next start on the same folder takes it over.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  /** What money needs: a commit that was acknowledged is on the disk. */
  private static final Map<String, String> DURABLE =
      Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on");

  /** For tests, whose data nobody will miss. */
  private static final Map<String, String> DISPOSABLE =
      Map.of("fsync", "off", "synchronous_commit", "off", "full_page_writes", "off");

  private static final int PASSWORD_BYTES = 24;

  /** In postmaster.pid, from 1. */
  private static final int PID_FILE_PORT_LINE = 4;

  private final EmbeddedPostgres postgres;
  private final @Nullable String password;
  private final @Nullable Path disposable;

  private PostgresServer(
      EmbeddedPostgres postgres, @Nullable String password, @Nullable Path disposable) {
    this.postgres = postgres;
    this.password = password;
    this.disposable = disposable;
  }

  /**
   * Starts a server whose acknowledged commits survive a crash, on a folder that is kept. Other
   * users of this machine can't log in to it: its password is made at the first start and lies
   * beside the data, readable by their owner only.
   *
   * @param dataFolder created when absent; must belong to this server alone
   * @param port the TCP port on 127.0.0.1, or 0 for any free one
   * @param settings further {@code postgresql.conf} settings, which win over the defaults
   * @throws UncheckedIOException when the server cannot be started
   */
  public static PostgresServer startDurable(
      Path dataFolder, int port, Map<String, String> settings) {
    String password = password(dataFolder);
    EmbeddedPostgres.Builder builder =
        builder(portOn(dataFolder, port), DURABLE, settings)
            .setDataDirectory(dataFolder)
            .setCleanDataDirectory(false)
            .setOverrideWorkingDirectory(programs(dataFolder).toFile())
            .setConnectConfig("password", password);
    PostgresServer server = new PostgresServer(start(builder), password, null);
    try {
      requirePasswords(server, dataFolder.resolve("pg_hba.conf"));
      return server;
    } catch (IOException | SQLException e) {
      server.close();
      throw new IllegalStateException("PostgreSQL could not be given a password: " + e, e);
    }
  }

  /**
   * The port to start on: where a server that outlived its JVM still runs on the folder, its port,
   * since a second one can't start beside it and the first would be waited for in vain elsewhere.
   */
  private static int portOn(Path dataFolder, int wanted) {
    Path file = dataFolder.resolve("postmaster.pid");
    try {
      if (!Files.exists(file)) {
        return wanted;
      }
      List<String> lines = Files.readAllLines(file);
      if (lines.size() < PID_FILE_PORT_LINE || !isPostgres(lines.get(0).strip())) {
        return wanted;
      }
      int running = Integer.parseInt(lines.get(PID_FILE_PORT_LINE - 1).strip());
      if (wanted != 0 && wanted != running) {
        throw new IllegalStateException(
            "PostgreSQL still runs on "
                + dataFolder
                + " at port "
                + running
                + ", not "
                + wanted
                + ": stop process "
                + lines.get(0).strip()
                + ", or ask for that port");
      }
      return running;
    } catch (IOException | NumberFormatException e) {
      throw new IllegalStateException("can't read " + file + ": " + e, e);
    }
  }

  private static boolean isPostgres(String processId) {
    return ProcessHandle.of(Long.parseLong(processId))
        .filter(ProcessHandle::isAlive)
        .flatMap(process -> process.info().command())
        .filter(command -> command.contains("postgres"))
        .isPresent();
  }

  /**
   * Where the programs are unpacked: not in the shared temporary folder, where another user could
   * put one of his own, but below a folder that only the owner may enter.
   */
  private static Path programs(Path dataFolder) {
    Path closed = dataFolder.resolveSibling(dataFolder.getFileName() + ".programs");
    try {
      Files.createDirectories(closed);
      ownerOnly(closed, "rwx------");
      return closed.resolve("postgres");
    } catch (IOException e) {
      throw new UncheckedIOException("can't unpack PostgreSQL in " + closed, e);
    }
  }

  private static void ownerOnly(Path path, String permissions) throws IOException {
    PosixFileAttributeView posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (posix != null) {
      posix.setPermissions(PosixFilePermissions.fromString(permissions));
    }
  }

  /** The password of this folder's server; made when there is none yet. */
  private static String password(Path dataFolder) {
    Path file = dataFolder.resolveSibling(dataFolder.getFileName() + ".password");
    try {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
      byte[] random = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(random);
      String made = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.createFile(file);
      ownerOnly(file, "rw-------");
      Files.writeString(file, made);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException("can't keep a password in " + file, e);
    }
  }

  /** initdb lets everybody on this machine in; from here on a password is asked for. */
  private static void requirePasswords(PostgresServer server, Path rules)
      throws IOException, SQLException {
    if (!Files.readString(rules).contains(" trust")) {
      return;
    }
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      // The password is base64url: it needs no quoting.
      statement.execute("alter role postgres password '" + server.password + "'");
      Files.writeString(
          rules,
          """
          local all all scram-sha-256
          host all all 127.0.0.1/32 scram-sha-256
          host all all ::1/128 scram-sha-256
          """);
      statement.execute("select pg_reload_conf()");
    }
  }

  /**
   * Starts a server in a temporary folder. {@link #close()} has the folder deleted, without waiting
   * until it is gone. Fast, and not crash-safe unless the settings say so.
   *
   * @param settings further {@code postgresql.conf} settings, which win over the defaults
   * @throws UncheckedIOException when the server cannot be started
   */
  public static PostgresServer startDisposable(Map<String, String> settings) {
    Path folder;
    try {
      folder = Files.createTempDirectory("innkeeper-postgres");
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL found no temporary folder: " + e.getMessage(), e);
    }
    EmbeddedPostgres.Builder builder =
        builder(0, DISPOSABLE, settings)
            .setDataDirectory(folder.resolve("data"))
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false);
    PostgresServer server = new PostgresServer(start(builder), null, folder);
    // Our own hook: it deletes the folder when the server has left it, and not before.
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    return server;
  }

  private static EmbeddedPostgres.Builder builder(
      int port, Map<String, String> defaults, Map<String, String> settings) {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPGStartupWait(START_TIMEOUT)
            .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
            .setOutputRedirector(ProcessBuilder.Redirect.DISCARD);
    if (port != 0) {
      builder.setPort(port);
    }
    Map<String, String> all = new TreeMap<>(defaults);
    // Set-based posting reads a few hundred rows by key: an index scan, on any disk of this decade.
    all.put("random_page_cost", "1.1");
    all.put("max_connections", "100");
    all.put("jit", "off");
    all.putAll(settings);
    all.forEach(builder::setServerConfig);
    return builder;
  }

  private static EmbeddedPostgres start(EmbeddedPostgres.Builder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not start: " + e.getMessage(), e);
    }
  }

  /** The port on 127.0.0.1. */
  public int port() {
    return postgres.getPort();
  }

  /** A JDBC URL of the database, with user and password in it: not for a log. */
  public String jdbcUrl(String database) {
    String url = "jdbc:postgresql://127.0.0.1:" + port() + "/" + database + "?user=postgres";
    return password == null ? url : url + "&password=" + password;
  }

  /** Unpooled connections to the database named {@code postgres}. */
  public DataSource dataSource() {
    return dataSource("postgres");
  }

  /** Unpooled connections to a database of this server. */
  public DataSource dataSource(String database) {
    return password == null
        ? postgres.getDatabase("postgres", database)
        : postgres.getDatabase("postgres", database, Map.of("password", password));
  }

  @Override
  public void close() {
    try {
      postgres.close();
      if (disposable != null && Files.exists(disposable)) {
        delete(disposable);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not stop: " + e.getMessage(), e);
    }
  }

  /**
   * A few hundred test databases are a hundred thousand files: deleting them takes longer than a
   * JVM that ends may take, so another process does it where there is a program for that.
   */
  private static void delete(Path folder) throws IOException {
    try {
      new ProcessBuilder("rm", "-rf", folder.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException noSuchProgram) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
