package dev.innkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
  @TempDir Path folder;

  @Test
  void aDurableServerKeepsItsDataAndItsPromises() throws SQLException {
    Path data = folder.resolve("pg");
    try (PostgresServer server = PostgresServer.startDurable(data, 0, Map.of())) {
      assertThat(query(server, "show fsync")).isEqualTo("on");
      assertThat(query(server, "show synchronous_commit")).isEqualTo("on");
      assertThat(query(server, "show full_page_writes")).isEqualTo("on");
      execute(server, "create table kept (n int)");
      execute(server, "insert into kept values (42)");
    }
    try (PostgresServer server = PostgresServer.startDurable(data, 0, Map.of())) {
      assertThat(query(server, "select n from kept")).isEqualTo("42");
    }
  }

  @Test
  void nobodyGetsInWithoutThePasswordNotEvenAfterARestart() throws Exception {
    Path data = folder.resolve("pg");
    for (int start = 0; start < 2; start++) {
      try (PostgresServer server = PostgresServer.startDurable(data, 0, Map.of())) {
        String open = "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=postgres";
        assertThatThrownBy(() -> DriverManager.getConnection(open))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("password");
        assertThatThrownBy(() -> DriverManager.getConnection(open + "&password=guess"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("authentication failed");
        DriverManager.getConnection(server.jdbcUrl("postgres")).close();
      }
    }
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("pg.password"))))
        .isEqualTo("rw-------");
  }

  /** What a server's JVM does until it is killed. */
  static final class Victim {
    public static void main(String[] arguments) throws Exception {
      PostgresServer server = PostgresServer.startDurable(Path.of(arguments[0]), 0, Map.of());
      execute(server, "create table kept (n int)");
      execute(server, "insert into kept values (42)");
      System.out.println("committed");
      System.in.read();
    }
  }

  @Test
  void aServerThatOutlivedItsKilledJvmIsTakenOver() throws Exception {
    Path data = folder.resolve("pg");
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                data.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader output = victim.inputReader();
    String line = output.readLine();
    while (line != null && !line.equals("committed")) {
      line = output.readLine();
    }
    assertThat(line).isEqualTo("committed");
    victim.destroyForcibly().waitFor();

    try (PostgresServer server = PostgresServer.startDurable(data, 0, Map.of())) {
      assertThat(query(server, "select n from kept")).isEqualTo("42");
    }
    assertThat(data.resolve("postmaster.pid")).doesNotExist();
  }

  @Test
  void aDisposableServerLeavesNothing() throws Exception {
    Path data;
    try (PostgresServer server = PostgresServer.startDisposable(Map.of())) {
      data = Path.of(query(server, "show data_directory"));
      assertThat(data).exists();
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (Files.exists(data.getParent()) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(data.getParent()).doesNotExist();
  }

  private static void execute(PostgresServer server, String sql) throws SQLException {
    try (Connection c = server.dataSource().getConnection();
        Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static String query(PostgresServer server, String sql) throws SQLException {
    try (Connection c = server.dataSource().getConnection();
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getString(1);
    }
  }
}
