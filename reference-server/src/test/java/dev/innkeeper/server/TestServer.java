package dev.innkeeper.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** A whole server on a fresh database, on a free port, with a trial's clock that stands. */
public final class TestServer implements AutoCloseable {
  private final InnkeeperServer server;

  private TestServer(InnkeeperServer server) {
    this.server = server;
  }

  /** Settings for a server on a database of its own, to be refined. */
  public static ConfigReader settings() {
    try {
      Path folder = Files.createTempDirectory("innkeeper-test");
      return new ConfigReader()
          .option(ConfigKey.MODE, "trial", "test")
          .option(ConfigKey.TRIAL_CLOCK_START, "2026-01-01T00:00:00Z", "test")
          .option(ConfigKey.TRIAL_CLOCK_STANDS, "true", "test")
          .option(ConfigKey.DATA_FOLDER, folder, "test")
          .option(ConfigKey.HTTP_PORT, 0, "test")
          .option(
              ConfigKey.DATABASE_URL,
              TestDatabase.server().jdbcUrl(TestDatabase.createDatabase()),
              "test")
          .option(ConfigKey.PLUGINS_FOLDER, folder.resolve("plugins"), "test")
          .option(ConfigKey.DATABASE_POOL_SIZE, 10, "test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same with the sample provisioner, loaded from its module's classes. */
  public static ConfigReader settingsWithSites() {
    return settings()
        .option(ConfigKey.PLUGINS_MODULES, Path.of("..", "provisioner-site"), "test")
        .provisioner("site", Map.of("port", "0"));
  }

  public static TestServer start() {
    return start(settings());
  }

  public static TestServer start(ConfigReader settings) {
    return new TestServer(InnkeeperServer.start(settings.read()));
  }

  public InnkeeperServer server() {
    return server;
  }

  public String url() {
    return server.url();
  }

  /** A client without a token. */
  public ApiClient client() {
    return ApiClient.of(server.url());
  }

  /** A client with the admin's token. */
  public ApiClient admin() {
    try {
      Path file = server.services().config().dataFolder().resolve(InnkeeperServer.ADMIN_TOKEN_FILE);
      return client().withToken(Files.readString(file).trim());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A customer who has signed up, and a client with their token. */
  public record SignedUp(UUID id, String token, ApiClient client) {}

  /** Signs a customer up at an address that nobody else has. */
  public SignedUp signUp(String name) {
    return signUp(name, UUID.randomUUID() + "@example.org", Map.of());
  }

  /**
   * Signs a customer up.
   *
   * @param details further fields of the request
   */
  public SignedUp signUp(String name, String email, Map<String, String> details) {
    Map<String, String> body = new HashMap<>(details);
    body.put("name", name);
    body.put("email", email);
    body.put("password", "innkeeper-demo");
    JsonNode made = client().post("/v1/customers", body);
    String token = made.path("token").asText();
    return new SignedUp(
        UUID.fromString(made.at("/customer/id").asText()), token, client().withToken(token));
  }

  /** Sells what the demo sells. */
  public void sellDemoProducts() {
    try (InputStream catalog =
        Objects.requireNonNull(
            TestServer.class.getResourceAsStream("/dev/innkeeper/server/demo/catalog.yaml"))) {
      JsonNode unused =
          admin()
              .postYaml(
                  "/v1/admin/catalog/apply",
                  new String(catalog.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
