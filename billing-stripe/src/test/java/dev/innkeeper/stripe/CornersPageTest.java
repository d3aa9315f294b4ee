package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The page's table of dangerous corners names tests that are there. */
class CornersPageTest {
  @Test
  void everyTestOfTheTableIsThere() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "payments-stripe.md"));
    Matcher named = Pattern.compile("`(\\w+Test)\\.(\\w+)`").matcher(page);
    int tests = 0;
    while (named.find()) {
      tests++;
      String method = named.group(2);
      List<String> there =
          Arrays.stream(
                  Class.forName("dev.innkeeper.stripe." + named.group(1)).getDeclaredMethods())
              .filter(
                  m ->
                      m.isAnnotationPresent(Test.class)
                          || m.isAnnotationPresent(ParameterizedTest.class))
              .map(java.lang.reflect.Method::getName)
              .toList();
      assertThat(there).contains(method);
    }
    assertThat(tests).isGreaterThan(25);
  }

  @Test
  void thePageNamesEveryEventThatTheDoctorAsksFor() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "payments-stripe.md"));
    String list =
        page.substring(page.indexOf("and these events:"), page.indexOf("**5. The doctor"));
    for (String event : Doctor.EVENTS) {
      assertThat(list).contains(event.substring(event.lastIndexOf('.')));
      assertThat(list).contains(event.substring(0, event.lastIndexOf('.')));
    }
  }
}
