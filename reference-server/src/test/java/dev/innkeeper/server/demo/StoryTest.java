package dev.innkeeper.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.config.ConfigKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StoryTest {
  @Test
  void everyAmountComesOutAsWorkedOutByHand() {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    try (TestServer server =
        TestServer.start(
            TestServer.settingsWithSites()
                .option(ConfigKey.TRIAL_CLOCK_START, Story.BEGIN, "test"))) {
      new Story(server.admin(), new PrintStream(told, true, StandardCharsets.UTF_8), Stage.sites())
          .play();
    }
    String story = told.toString(StandardCharsets.UTF_8);
    assertThat(story)
        .contains("16 Jul 2026  Ben is reminded", "23 Jul 2026  Ben is reminded")
        .contains("30 Jul 2026  Ben's site is suspended", "answers 402")
        .contains("31 Jul 2026  Ben pays");
    assertThat(story.lines().mapToInt(String::length).max().orElse(0)).isLessThanOrEqualTo(100);
  }

  @Test
  void thePageHasTheAmountsThatTheStoryInsistsOn() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "demo.md"));
    Matcher row =
        Pattern.compile("(?m)^\\| ([^|]+) \\| ([0-9]+\\.[0-9]{2}) \\| [^|]+ \\|$").matcher(page);
    List<String> worked = new ArrayList<>();
    while (row.find()) {
      worked.add(row.group(1) + " = " + row.group(2));
    }
    assertThat(worked)
        .isEqualTo(Arrays.stream(Fact.values()).map(f -> f.text() + " = " + f.amount()).toList());
  }
}
