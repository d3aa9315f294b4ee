package dev.innkeeper.billing.testing;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.Migrations;
import dev.innkeeper.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * A real PostgreSQL for tests: one server a JVM, started at first use, and a fresh, migrated
 * database for whoever asks, cloned from a template in a few milliseconds.
 */
public final class TestDatabase {
  public static final String SCHEMA = "billing";
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private TestDatabase() {}

  private static final class Holder {
    static final PostgresServer SERVER = startWithTemplate();

    private static PostgresServer startWithTemplate() {
      PostgresServer server = PostgresServer.startDisposable(Map.of("max_connections", "300"));
      execute(server.dataSource(), "create database innkeeper_template");
      new Migrations(server.dataSource("innkeeper_template"), SCHEMA).migrate();
      return server;
    }
  }

  /** The JVM's server. */
  public static PostgresServer server() {
    return Holder.SERVER;
  }

  /** The name of a new, migrated and empty database on {@link #server()}. */
  public static String createDatabase() {
    String name = "test_" + COUNTER.incrementAndGet();
    execute(Holder.SERVER.dataSource(), "create database " + name + " template innkeeper_template");
    return name;
  }

  /** Deletes a database, for those who make hundreds of them. */
  public static void drop(String name) {
    execute(Holder.SERVER.dataSource(), "drop database " + name + " with (force)");
  }

  /** A new, migrated and empty database, without a pool. */
  public static DataSource createDataSource() {
    return Holder.SERVER.dataSource(createDatabase());
  }

  /** A new, migrated and empty database behind the engine's transactions. */
  public static Database create() {
    return new Database(createDataSource(), SCHEMA);
  }

  private static void execute(DataSource dataSource, String sql) {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
