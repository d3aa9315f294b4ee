package dev.innkeeper.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import dev.innkeeper.billing.payment.spi.ProviderContext;
import dev.innkeeper.billing.problem.InvalidInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripeSettingsTest {
  private static final String TEST_KEY = "sk_test_abcdefgh12345678";
  private static final String LIVE_KEY = "sk_live_abcdefgh12345678";

  @Test
  void secretsComeFromTheEnvironmentOrFromFiles(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("key"), LIVE_KEY + "\n");
    Map<String, String> settings = Map.of("returnUrl", "https://hoster.test/");
    StripeSettings byVariable =
        StripeSettings.of(
            settings,
            Map.of("STRIPE_SECRET_KEY", TEST_KEY, "STRIPE_WEBHOOK_SECRET", "whsec_a,whsec_b"));
    assertThat(byVariable.mode()).isEqualTo(Mode.TEST);
    assertThat(byVariable.webhookSecrets()).containsExactly("whsec_a", "whsec_b");
    StripeSettings byFile =
        StripeSettings.of(settings, Map.of("STRIPE_SECRET_KEY_FILE", file.toString()));
    assertThat(byFile.mode()).isEqualTo(Mode.LIVE);
    assertThat(byFile.secretKey()).isEqualTo(LIVE_KEY);
  }

  @Test
  void noSecretIsInAnyText() {
    Map<String, String> settings = settings();
    settings.put("webhookSecret", "whsec_hidden");
    StripeSettings read = StripeSettings.of(settings, Map.of());
    assertThat(read.toString() + new ProviderContext(settings, Clock.systemUTC(), null))
        .doesNotContain(TEST_KEY)
        .doesNotContain("whsec_hidden");
  }

  @ParameterizedTest
  @CsvSource({
    "secretKey,pk_test_abcdefgh12345678",
    "secretKey,sk_test",
    "mode,live",
    "webhookSecret,abc",
    "returnUrl,nowhere",
    "timeoutMillis,60000",
    "minimum.EUR,0.00",
    "sekretKey,x"
  })
  void whatIsWrongIsNamedAndNotRepeated(String name, String value) {
    Map<String, String> settings = settings();
    settings.put(name, value);
    assertThatThrownBy(() -> StripeSettings.of(settings, Map.of()))
        .isInstanceOfSatisfying(
            InvalidInput.class, problem -> assertThat(problem.field()).isEqualTo(name))
        .hasMessageNotContaining("abcdefgh12345678");
  }

  @Test
  void aLiveKeyGoesToStripeOnly() {
    Map<String, String> settings = settings();
    settings.put("secretKey", LIVE_KEY);
    settings.put("apiBase", "http://127.0.0.1:9");
    assertThatThrownBy(() -> StripeSettings.of(settings, Map.of())).hasMessageContaining("apiBase");
  }

  private static Map<String, String> settings() {
    return new HashMap<>(Map.of("secretKey", TEST_KEY, "returnUrl", "https://hoster.test/"));
  }
}
