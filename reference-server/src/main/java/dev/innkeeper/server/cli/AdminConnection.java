package dev.innkeeper.server.cli;

import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.client.ApiProblem;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An admin's way to the services: the API of the server that runs on the data folder, or, where
 * none does, that of one started for the command alone, on a free port of the loopback interface.
 */
final class AdminConnection implements AutoCloseable {
  private final ApiClient client;
  private final @Nullable InnkeeperServer own;

  private AdminConnection(ApiClient client, @Nullable InnkeeperServer own) {
    this.client = client;
    this.own = own;
  }

  /**
   * @throws dev.innkeeper.server.config.ConfigProblem when the configuration can't be used
   * @throws dev.innkeeper.server.store.StartProblem when no server runs and none can be started
   */
  static AdminConnection open(ConfigOptions options) {
    ServerConfig config = options.reader(System.getenv()).read();
    Path folder = config.dataFolder();
    Path address = folder.resolve(InnkeeperServer.ADDRESS_FILE);
    if (Files.exists(address)) {
      ApiClient running = ApiClient.of(read(address));
      if (running.isUp()) {
        return new AdminConnection(withToken(running, folder), null);
      }
    }
    System.setProperty("innkeeper.log.level", "WARN");
    ServerConfig alone =
        options
            .reader(System.getenv())
            .option(ConfigKey.HTTP_HOST, "127.0.0.1", "for this command")
            .option(ConfigKey.HTTP_PORT, 0, "for this command")
            .read();
    InnkeeperServer server = InnkeeperServer.start(alone, InnkeeperServer.Work.ON_REQUEST);
    return new AdminConnection(withToken(ApiClient.of(server.url()), folder), server);
  }

  private static ApiClient withToken(ApiClient client, Path folder) {
    return client.withToken(read(folder.resolve(InnkeeperServer.ADMIN_TOKEN_FILE)));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).trim();
    } catch (IOException e) {
      throw new ApiProblem(
          "can't read " + file + " (" + e + "): run this as the user that runs the server");
    }
  }

  ApiClient client() {
    return client;
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
