package dev.innkeeper.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigReader;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.store.StartProblem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartProblemsTest {
  @TempDir private Path folder;

  @Test
  void aTakenPortIsToldAndNothingIsBegun() throws IOException {
    Path data = folder.resolve("data");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ServerConfig config =
          TestServer.settings()
              .option(ConfigKey.HTTP_PORT, taken.getLocalPort(), "test")
              .option(ConfigKey.DATA_FOLDER, data, "test")
              .read();
      assertThatThrownBy(() -> InnkeeperServer.start(config))
          .isInstanceOf(StartProblem.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("choose another with --port");
    }
    assertThat(data).doesNotExist();
  }

  @Test
  void aDataFolderThatCantBeWrittenIsTold() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    ServerConfig config =
        TestServer.settings().option(ConfigKey.DATA_FOLDER, file.resolve("data"), "test").read();
    assertThatThrownBy(() -> InnkeeperServer.start(config))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("can't write in data folder")
        .hasMessageContaining("--data");
  }

  @Test
  void aDataFolderInUseIsTold() {
    try (TestServer first = TestServer.start()) {
      Path taken = first.server().services().config().dataFolder();
      ServerConfig config =
          TestServer.settings().option(ConfigKey.DATA_FOLDER, taken, "test").read();
      assertThatThrownBy(() -> InnkeeperServer.start(config))
          .isInstanceOf(StartProblem.class)
          .hasMessageContaining("in use by another running server");
    }
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsTold() throws IOException {
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }
    ServerConfig config =
        TestServer.settings()
            .option(
                ConfigKey.DATABASE_URL,
                "jdbc:postgresql://127.0.0.1:" + nobody + "/innkeeper?password=hidden",
                "test")
            .read();
    assertThatThrownBy(() -> InnkeeperServer.start(config))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("127.0.0.1:" + nobody)
        .hasMessageContaining("Check database.url")
        .hasMessageNotContaining("hidden");
  }

  @Test
  void aDatabaseThatDoesNotExistIsTold() {
    ServerConfig config =
        TestServer.settings()
            .option(ConfigKey.DATABASE_URL, TestDatabase.server().jdbcUrl("nowhere"), "test")
            .read();
    assertThatThrownBy(() -> InnkeeperServer.start(config))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("Create the database first");
  }

  @Test
  void aPriceListThatCantBePutInForceIsTold() throws IOException {
    Path list = Files.writeString(folder.resolve("prices.yaml"), "products: [{code: Not a code}]");
    ServerConfig config = TestServer.settings().option(ConfigKey.CATALOG_FILE, list, "test").read();
    assertThatThrownBy(() -> InnkeeperServer.start(config))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining(list.toString())
        .hasMessageContaining("code");
    Files.delete(list);
    assertThatThrownBy(() -> InnkeeperServer.start(config))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("can't read the price list " + list);
  }

  @Test
  void aPriceListIsInForceFromEachStartOn() throws IOException {
    Path list =
        Files.writeString(
            folder.resolve("prices.yaml"),
            """
            products:
              - code: blog
                name: Blog
                prices:
                  - currency: EUR
                    effective: 2026-01-01T00:00:00Z
                    components: [{code: base, name: Base, per: month, price: 3.00}]
            """);
    ConfigReader settings = TestServer.settings().option(ConfigKey.CATALOG_FILE, list, "test");
    for (int start = 0; start < 2; start++) {
      try (TestServer server = TestServer.start(settings)) {
        assertThat(server.client().get("/v1/products/blog").findValuesAsText("name"))
            .contains("Blog");
      }
    }
  }
}
