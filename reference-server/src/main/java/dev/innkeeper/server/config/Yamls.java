package dev.innkeeper.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads files of YAML into trees that know their lines. */
final class Yamls {
  private static final int FILE_BYTES_MAX = 1 << 20;

  private Yamls() {}

  /**
   * @return null when the file is empty
   * @throws ConfigProblem when it can't be read, or is no YAML
   */
  static @Nullable Node read(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new ConfigProblem(file + " is larger than 1 MiB: that is no configuration");
      }
      try (Reader reader = Files.newBufferedReader(file)) {
        return new Yaml(new LoaderOptions()).compose(reader);
      }
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw new ConfigProblem(
          file
              + ", line "
              + line
              + ": this is not YAML ("
              + e.getProblem()
              + "); correct the line");
    } catch (YAMLException | CharacterCodingException e) {
      throw new ConfigProblem(file + " is not YAML in UTF-8: " + e.getMessage());
    } catch (IOException e) {
      throw new ConfigProblem("can't read " + file + ": " + e.getMessage());
    }
  }
}
