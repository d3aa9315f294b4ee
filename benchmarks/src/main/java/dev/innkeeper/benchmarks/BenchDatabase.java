package dev.innkeeper.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.db.Migrations;
import dev.innkeeper.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An embedded PostgreSQL that loses nothing it acknowledged, in a folder that goes with it. */
final class BenchDatabase implements AutoCloseable {
  static final String SCHEMA = "billing";
  static final Map<String, String> SETTINGS =
      Map.of("shared_buffers", "512MB", "max_wal_size", "8GB", "checkpoint_timeout", "15min");

  private final Path folder;
  private final PostgresServer server;

  private BenchDatabase(Path folder, PostgresServer server) {
    this.folder = folder;
    this.server = server;
  }

  static BenchDatabase start() throws IOException {
    Path folder = Files.createTempDirectory("innkeeper-bench");
    return new BenchDatabase(
        folder, PostgresServer.startDurable(folder.resolve("data"), 0, SETTINGS));
  }

  CpuClock cpuClock() throws IOException {
    return new CpuClock(folder.resolve("data"));
  }

  /** A pool on a new database with the engine's schema. */
  HikariDataSource createDatabase(String name, int connections) throws SQLException {
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(server.jdbcUrl(name));
    config.setMaximumPoolSize(connections);
    HikariDataSource pool = new HikariDataSource(config);
    new Migrations(pool, SCHEMA).migrate();
    return pool;
  }

  @Override
  public void close() throws IOException {
    server.close();
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    }
  }
}
