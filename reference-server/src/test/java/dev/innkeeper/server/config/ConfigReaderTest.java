package dev.innkeeper.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.invoice.tax.PriceBasis;
import dev.innkeeper.billing.invoice.tax.TaxCategory;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.webhook.SecretCipher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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

  private static TaxTreatment treated(
      ServerConfig config, @Nullable String country, @Nullable String vatId) {
    return config
        .tax()
        .treat(new TaxSubject(country, vatId, "standard", LocalDate.parse("2026-01-01")));
  }

  private ServerConfig taxed(String rates) throws IOException {
    Path file = Files.writeString(folder.resolve("tax.yaml"), rates);
    return reader("seller:\n  country: DE\n  vatId: DE136695976\ntax:\n  file: " + file + "\n")
        .read();
  }

  @Test
  void ratesOfTaxAreReadByCountryClassAndDay() throws IOException {
    ServerConfig config =
        taxed(
            """
            prices: gross
            crossBorder: destination
            rates:
              - {country: DE, from: 2007-01-01, percent: 19}
              - {country: DE, from: 2026-01-02, percent: 20}
              - {country: DE, class: reduced, from: 2007-01-01, percent: 7}
              - country: AT
                from: 1995-01-01
                percent: 20
            """);
    assertThat(config.tax().priceBasis()).isEqualTo(PriceBasis.GROSS);
    assertThat(treated(config, "DE", null).percent()).isEqualByComparingTo("19");
    assertThat(treated(config, "AT", null).percent()).isEqualByComparingTo("20");
    assertThat(treated(config, "AT", "ATU13585627").category())
        .isEqualTo(TaxCategory.REVERSE_CHARGE);
    assertThat(treated(config, "US", null).category()).isEqualTo(TaxCategory.OUT_OF_SCOPE);
  }

  @Test
  void withoutAFileOfRatesThereIsNoTax() {
    assertThat(treated(new ConfigReader().read(), "DE", null).percent()).isZero();
  }

  @Test
  void theExampleOfRatesCanBeUsed() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "configuration.md"));
    int begin = page.indexOf("# tax.yaml");
    ServerConfig config = taxed(page.substring(begin, page.indexOf("```", begin)));
    assertThat(treated(config, "DE", null).percent()).isEqualByComparingTo("19");
    assertThat(treated(config, "AT", null).percent()).as("origin").isEqualByComparingTo("19");
  }

  private void requireRefused(String rates, String told) {
    assertThatThrownBy(() -> taxed(rates))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("tax.yaml")
        .hasMessageContaining(told);
  }

  @Test
  void aFaultInTheRatesIsToldWithItsLineFieldAndFix() {
    String de = "{country: DE, from: 2007-01-01, percent: 19}";
    requireRefused("", "line 1: must have the fields crossBorder, prices, rates");
    requireRefused("[1, 2]", "line 1: must have the fields");
    requireRefused("rates: [1, 2", "this is not YAML");
    requireRefused("prices: net", "line 1: rates: must be a list");
    requireRefused("\nrates: 19", "line 2: rates: must be a list");
    requireRefused("prices: fair", "line 1: prices: 'fair' must be net or gross");
    requireRefused(
        "rate: 19", "line 1: rate: there is no such field; the fields are crossBorder, prices");
    requireRefused("prices: net\nprices: net", "line 2: prices: is there twice; keep one");
    requireRefused(
        "rates:\n - {country: DE, from: 2007-01-01}",
        "line 2: rates[0]: percent is missing: give a number from 0 to 100, such as 19");
    requireRefused(
        "rates:\n - " + de.replace("DE", "GERMANY"),
        "line 2: rates[0].country: 'GERMANY' must be a country's two letters, such as DE");
    requireRefused(
        "rates:\n - " + de.replace("2007-01-01", "soon"),
        "line 2: rates[0].from: 'soon' must be a day such as 2007-01-01");
    requireRefused(
        "rates:\n - country: DE\n   from: 2007-01-01\n   percent: lots",
        "line 4: rates[0].percent: 'lots' must be a number from 0 to 100, such as 19");
    requireRefused(
        "rates:\n - " + de.replace("19}", "119}"), "line 2: rates[0].percent: must be 0 to 100");
    requireRefused(
        "rates:\n - " + de + "\n - " + de,
        "line 3: rates[1].from: two rates of DE start on 2007-01-01");
    requireRefused(
        "rates:\n - " + de.replace("DE", "AT"),
        "line 1: rates: has no 'standard' rate for the seller's country DE");
  }

  @Test
  void taxNeedsToKnowTheSeller() throws IOException {
    assertThatThrownBy(() -> reader("tax:\n  file: tax.yaml\n").read())
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("seller.country: must be set where tax.file is");
    assertThatThrownBy(
            () -> reader("seller:\n  country: DE\n  vatId: DE123\ntax:\n  file: tax.yaml\n").read())
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("line 3: seller.vatId: 'DE123' is no VAT id of DE");
    assertThatThrownBy(() -> reader("seller:\n  country: DE\ntax:\n  file: no.yaml\n").read())
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("line 4: tax.file: there is no file")
        .hasMessageContaining("name an existing one");
  }

  @Test
  void aKeyForSecretsIsReadFromAFileOrRefusedWithoutBeingTold() throws IOException {
    String key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    Path file = Files.writeString(folder.resolve("key"), key + "\n");
    UUID endpoint = UUID.randomUUID();
    SecretCipher fromFile = reader("webhooks:\n  keyFile: " + file + "\n").read().secretCipher();
    SecretCipher fromVariable =
        new ConfigReader().environment(Map.of("INNKEEPER_WEBHOOKS_KEY", key)).read().secretCipher();
    assertThat(fromVariable.open(endpoint, fromFile.seal(endpoint, "whsec_x")))
        .isEqualTo("whsec_x");
    assertThat(new ConfigReader().read().secretCipher().seal(endpoint, "whsec_x"))
        .isEqualTo("whsec_x");
    assertThatThrownBy(() -> reader("webhooks:\n  key: c2hvcnQ=\n").read())
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("line 2: webhooks.key: must be 32 bytes in Base64")
        .hasMessageNotContaining("c2hvcnQ=");
    assertThatThrownBy(() -> reader("webhooks:\n  keyFile: no-such-file\n").read())
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("webhooks.keyFile: can't read")
        .hasMessageContaining("name a file that can be read");
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

  @Test
  void whatPluginsAreSetToIsNeverPrinted() throws IOException {
    ServerConfig config =
        reader("payments:\n  stripe:\n    secretKey: sk_test_verysecret\n").read();
    assertThat(config.payments().get("stripe")).containsValue("sk_test_verysecret");
    assertThat(config.toString()).contains("stripe").doesNotContain("verysecret");
  }
}
