package dev.innkeeper.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

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

  private final EmbeddedPostgres postgres;

  private PostgresServer(EmbeddedPostgres postgres) {
    this.postgres = postgres;
  }

  /**
   * Starts a server whose acknowledged commits survive a crash, on a folder that is kept.
   *
   * @param dataFolder created when absent; must belong to this server alone
   * @param port the TCP port on 127.0.0.1, or 0 for any free one
   * @param settings further {@code postgresql.conf} settings, which win over the defaults
   * @throws UncheckedIOException when the server cannot be started
   */
  public static PostgresServer startDurable(
      Path dataFolder, int port, Map<String, String> settings) {
    EmbeddedPostgres.Builder builder =
        builder(port, DURABLE, settings).setDataDirectory(dataFolder).setCleanDataDirectory(false);
    return start(builder);
  }

  /**
   * Starts a server in a temporary folder that is deleted on {@link #close()}. Fast, and not
   * crash-safe unless the settings say so.
   *
   * @param settings further {@code postgresql.conf} settings, which win over the defaults
   * @throws UncheckedIOException when the server cannot be started
   */
  public static PostgresServer startDisposable(Map<String, String> settings) {
    return start(builder(0, DISPOSABLE, settings));
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

  private static PostgresServer start(EmbeddedPostgres.Builder builder) {
    try {
      return new PostgresServer(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not start: " + e.getMessage(), e);
    }
  }

  /** The port on 127.0.0.1. */
  public int port() {
    return postgres.getPort();
  }

  /** A JDBC URL of the database, with the user in it; there is no password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database + "?user=postgres";
  }

  /** Unpooled connections to the database named {@code postgres}. */
  public DataSource dataSource() {
    return dataSource("postgres");
  }

  /** Unpooled connections to a database of this server. */
  public DataSource dataSource(String database) {
    return postgres.getDatabase("postgres", database);
  }

  @Override
  public void close() {
    try {
      postgres.close();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not stop: " + e.getMessage(), e);
    }
  }
}
