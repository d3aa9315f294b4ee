package dev.innkeeper.billing.payment.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.payment.spi.ProviderContext;
import dev.innkeeper.billing.problem.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide for authors of payment providers, held against the code that the contract runs. */
class GuideTest {
  private static final Path HERE = Path.of("src/test/java/dev/innkeeper/billing/payment/guide");

  @ParameterizedTest
  @ValueSource(strings = {"TownBankFactory", "TownBankProvider", "TownBankContractTest"})
  void theGuideShowsThisVeryCode(String type) throws IOException {
    String guide = Files.readString(Path.of("../docs/write-a-payment-provider.md"));
    Matcher part =
        Pattern.compile("(?ms)^ *// guide: \\w+\\n(.*?)^ *// end$")
            .matcher(Files.readString(HERE.resolve(type + ".java")));
    int parts = 0;
    while (part.find()) {
      parts++;
      assertThat(guide)
          .contains("```java\n" + part.group(1).stripTrailing().stripIndent().strip() + "\n```");
    }
    assertThat(parts).isPositive();
  }

  @Test
  void aMissingSettingIsNamedWithTheWayOut() {
    ProviderContext context = new ProviderContext(Map.of(), Clock.systemUTC(), null);
    assertThatThrownBy(() -> new TownBankFactory().create(context))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("secret: is missing");
  }
}
