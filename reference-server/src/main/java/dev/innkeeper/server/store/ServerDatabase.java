package dev.innkeeper.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.postgres.PostgresServer;
import dev.innkeeper.server.config.ServerConfig.DatabaseSettings;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * The server's PostgreSQL, embedded or external, behind a pool, and the server's own schema in it.
 * Thread-safe.
 */
public final class ServerDatabase implements AutoCloseable {
  /** The schema of the server's own tables. The engine has another of its own. */
  public static final String SCHEMA = "server";

  /** The schema of the engine's tables. */
  public static final String ENGINE_SCHEMA = "billing";

  private static final int POSTGRES_VERSION_MIN = 15;
  private static final String CONNECT_TIMEOUT_SECONDS = "10";

  private final HikariDataSource pool;
  private final @Nullable PostgresServer embedded;

  private ServerDatabase(HikariDataSource pool, @Nullable PostgresServer embedded) {
    this.pool = pool;
    this.embedded = embedded;
  }

  /**
   * Starts the embedded PostgreSQL, or connects to the external one.
   *
   * @throws StartProblem when there is no database to work with
   */
  public static ServerDatabase open(DatabaseSettings settings, DataFolder folder) {
    if (settings.isEmbedded()) {
      PostgresServer postgres = startEmbedded(settings, folder);
      return new ServerDatabase(
          pool(postgres.jdbcUrl("postgres"), "", "", settings.poolSize()), postgres);
    }
    requireUsable(settings);
    return new ServerDatabase(
        pool(settings.url(), settings.user(), settings.password(), settings.poolSize()), null);
  }

  private static PostgresServer startEmbedded(DatabaseSettings settings, DataFolder folder) {
    try {
      return PostgresServer.startDurable(folder.postgres(), settings.embeddedPort(), Map.of());
    } catch (UncheckedIOException | IllegalStateException e) {
      throw new StartProblem(
          "the embedded PostgreSQL did not start in "
              + folder.postgres()
              + " ("
              + e.getMessage()
              + "): look whether the folder is complete and writable and its disk has space, or"
              + " choose another with --data",
          e);
    }
  }

  private static void requireUsable(DatabaseSettings settings) {
    Properties properties = new Properties();
    if (!settings.user().isEmpty()) {
      properties.setProperty("user", settings.user());
    }
    if (!settings.password().isEmpty()) {
      properties.setProperty("password", settings.password());
    }
    properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_TIMEOUT_SECONDS);
    try (Connection connection = DriverManager.getConnection(settings.url(), properties)) {
      int version = connection.getMetaData().getDatabaseMajorVersion();
      if (version < POSTGRES_VERSION_MIN) {
        throw new StartProblem(
            "the database at "
                + settings
                + " is PostgreSQL "
                + version
                + ": 15 or newer is needed");
      }
    } catch (SQLException e) {
      throw new StartProblem(
          "can't use the database at " + settings + ": " + e.getMessage() + remedy(e), e);
    }
  }

  private static String remedy(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return switch (state) {
      case "28P01", "28000" -> ". Check database.user and database.password";
      case "3D000" -> ". Create the database first (createdb), or correct database.url";
      default -> ". Check database.url, and that PostgreSQL runs and is reachable from here";
    };
  }

  private static HikariDataSource pool(String url, String user, String password, int size) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("innkeeper");
    config.setJdbcUrl(url);
    if (!user.isEmpty()) {
      config.setUsername(user);
    }
    if (!password.isEmpty()) {
      config.setPassword(password);
    }
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(Math.min(2, size));
    config.setConnectionTimeout(10_000);
    return new HikariDataSource(config);
  }

  /** Pooled connections. */
  public DataSource dataSource() {
    return pool;
  }

  /** Transactions on the server's own schema. */
  public Database server() {
    return new Database(pool, SCHEMA);
  }

  /** Creates the server's own schema, or brings it to this version. */
  public void migrate() {
    Flyway.configure(ServerDatabase.class.getClassLoader())
        .dataSource(pool)
        .schemas(SCHEMA)
        .defaultSchema(SCHEMA)
        .table("schema_history")
        .locations("classpath:dev/innkeeper/server/migration")
        .load()
        .migrate();
  }

  @Override
  public void close() {
    pool.close();
    if (embedded != null) {
      embedded.close();
    }
  }
}
