package dev.innkeeper.server.cli;

import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that most commands take. */
final class ConfigOptions {
  private static final Path PRESET_FILE = Path.of("innkeeper.yaml");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "the configuration; ./innkeeper.yaml unless set, if there is one")
  private @Nullable Path file;

  @Option(names = "--data", paramLabel = "FOLDER", description = "the data folder")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "the port to listen on; 0 for any free one")
  private @Nullable Integer port;

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description = "a JDBC URL of PostgreSQL; the embedded one unless set")
  private @Nullable String databaseUrl;

  /** The configuration from file, environment and these options. */
  ConfigReader reader(Map<String, String> environment) {
    ConfigReader reader = new ConfigReader();
    Path chosen = file;
    if (chosen != null) {
      reader.file(chosen);
    } else if (Files.exists(PRESET_FILE)) {
      reader.file(PRESET_FILE);
    }
    return reader
        .environment(environment)
        .option(ConfigKey.DATA_FOLDER, data, "--data")
        .option(ConfigKey.HTTP_PORT, port, "--port")
        .option(ConfigKey.DATABASE_URL, databaseUrl, "--database-url");
  }
}
