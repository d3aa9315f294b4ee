package dev.innkeeper.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/regressions.md against the tests it names, of all modules. */
class RegressionsTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final int CASES = 28;
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| [^|]+ \\| (.+) \\|");
  private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");

  /** A row of the page. */
  private record Row(int number, List<String> tests) {}

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(PROJECT.resolve("docs/regressions.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        List<String> tests = new ArrayList<>();
        Matcher named = NAMED.matcher(row.group(2));
        while (named.find()) {
          tests.add(named.group(1) + "#" + named.group(2));
        }
        rows.add(new Row(Integer.parseInt(row.group(1)), tests));
      }
    }
    return rows;
  }

  /** The sources of tests by the names of their classes, of every module. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> modules = Files.list(PROJECT)) {
      for (Path module : modules.toList()) {
        Path tests = module.resolve("src/test/java");
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
              String name = String.valueOf(file.getFileName());
              sources.merge(
                  name.substring(0, name.length() - ".java".length()),
                  Files.readString(file),
                  String::concat);
            }
          }
        }
      }
    }
    return sources;
  }

  /** Whether the source has a method of that name that JUnit or jqwik runs. */
  private static boolean hasTest(String source, String method) {
    return Pattern.compile(
            "@(Test|Property)\\b[^;{}]*?\\n +(?:public )?void " + method + "\\(", Pattern.DOTALL)
        .matcher(source)
        .find();
  }

  @Test
  void everyCaseHasTestsAndTheyExist() throws IOException {
    List<Row> rows = rows();
    assertThat(new TreeSet<>(rows.stream().map(Row::number).toList()))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, CASES).boxed().toList());
    assertThat(rows).allSatisfy(row -> assertThat(row.tests()).isNotEmpty());
    Map<String, String> sources = sources();
    List<String> missing = new ArrayList<>();
    for (Row row : rows) {
      for (String test : row.tests()) {
        String[] parts = test.split("#", 2);
        if (!hasTest(sources.getOrDefault(parts[0], ""), parts[1])) {
          missing.add(row.number() + ": " + test);
        }
      }
    }
    assertThat(missing).as("tests that docs/regressions.md names and nobody has").isEmpty();
  }
}
