package dev.innkeeper.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  @TempDir private Path folder;

  private ConfigReader reader(String yaml) throws IOException {
    Path file = folder.resolve("innkeeper.yaml");
    Files.writeString(file, yaml);
    return new ConfigReader().file(file);
  }

  @Test
  void optionsWinOverEnvironmentOverFileOverDefaults() throws IOException {
    ServerConfig config =
        reader("http:\n  host: 0.0.0.0\n  port: 8081\nprovisioners:\n  site:\n    port: 9090\n")
            .environment(Map.of("INNKEEPER_HTTP_PORT", "8082", "INNKEEPER_MODE", "trial"))
            .option(ConfigKey.HTTP_PORT, 8083, "--port")
            .read();

    assertThat(config.http().host()).isEqualTo("0.0.0.0");
    assertThat(config.http().port()).isEqualTo(8083);
    assertThat(config.mode()).isEqualTo(Mode.TRIAL);
    assertThat(config.database().isEmbedded()).isTrue();
    assertThat(config.provisioners()).isEqualTo(Map.of("site", Map.of("port", "9090")));
  }

  @Test
  void malformedYamlIsToldWithItsLine() {
    assertThatThrownBy(() -> reader("mode: trial\nhttp: [1, 2\nport: 3\n"))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("innkeeper.yaml, line 3")
        .hasMessageContaining("not YAML");
  }

  @Test
  void anUnknownKeyIsToldWithItsLineAndTheKeysThereAre() {
    assertThatThrownBy(() -> reader("mode: trial\nhttp:\n  prot: 8080\n"))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("line 3")
        .hasMessageContaining("no setting 'http.prot'")
        .hasMessageContaining("http.port");
  }

  @Test
  void aValueOutOfRangeIsToldWithPlaceKeyAndRange() {
    assertThatThrownBy(() -> reader("http:\n  port: 80808\n").read())
        .isInstanceOf(ConfigProblem.class)
        .hasMessageEndingWith("line 2: http.port: '80808' must be a whole number from 0 to 65535");
  }

  @Test
  void anEnvironmentVariableAtFaultIsNamed() {
    ConfigReader reader =
        new ConfigReader().environment(Map.of("INNKEEPER_DATABASE_POOL_SIZE", "many"));
    assertThatThrownBy(reader::read)
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("environment variable INNKEEPER_DATABASE_POOL_SIZE")
        .hasMessageContaining("2 to 200");
  }

  @Test
  void productionRefusesATrialClock() throws IOException {
    ConfigReader reader = reader("mode: production\ntrial:\n  clockStart: 2026-01-01T00:00:00Z\n");
    assertThatThrownBy(reader::read)
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("production can't have a trial clock");
  }

  @Test
  void aForeignDatabaseUrlIsRefusedWithAnExample() throws IOException {
    ConfigReader reader = reader("database:\n  url: mysql://localhost/x\n");
    assertThatThrownBy(reader::read)
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("database.url")
        .hasMessageContaining("jdbc:postgresql://localhost:5432/innkeeper");
  }

  @Test
  void aMissingFileIsSaidToBeMissing() {
    assertThatThrownBy(() -> new ConfigReader().file(folder.resolve("nowhere.yaml")))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("--config");
  }

  @Test
  void everySettingIsDocumented() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "configuration.md"));
    for (ConfigKey key : ConfigKey.values()) {
      String preset = key.preset().isEmpty() ? "" : "`" + key.preset() + "`";
      assertThat(page)
          .contains(
              "| `"
                  + key.path()
                  + "` | `"
                  + key.variable()
                  + "` | "
                  + preset
                  + " | "
                  + key.meaning()
                  + " |");
    }
  }
}
