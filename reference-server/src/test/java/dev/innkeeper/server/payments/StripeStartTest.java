package dev.innkeeper.server.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.cli.InnkeeperCommand;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ConfigReader;
import dev.innkeeper.server.demo.PaymentDouble;
import dev.innkeeper.server.store.StartProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server with Stripe starts with, and what it refuses to start with. */
class StripeStartTest {
  private static final Path MODULE = Path.of("..", "billing-stripe");
  private static final String LIVE_KEY = "sk_live_0123456789abcdef";

  @TempDir private Path folder;
  private PaymentDouble stripe;

  @BeforeEach
  void startDouble() {
    stripe = StripeShop.startDouble();
  }

  @AfterEach
  void stopDouble() {
    stripe.close();
  }

  @Test
  void aZipDroppedIntoThePluginsFolderIsFoundAtTheNextStart() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    ConfigReader settings =
        StripeShop.settings(stripe)
            .option(ConfigKey.PLUGINS_FOLDER, plugins, "test")
            .option(ConfigKey.PLUGINS_MODULES, Path.of("..", "provisioner-site"), "test");
    assertThatThrownBy(() -> TestServer.start(settings))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("payments.stripe: there is no plugin for it")
        .hasMessageContaining("put its zip into " + plugins);

    zip(plugins.resolve("billing-stripe-0.1.0-plugin.zip"));
    try (TestServer server = TestServer.start(settings)) {
      assertThat(server.admin().get("/v1/payment-providers").at("/items/0/code").asText())
          .isEqualTo("stripe");
    }
  }

  @Test
  void testMoneyAndRealMoneyNeverShareBooks() {
    ConfigReader settings =
        StripeShop.settings(stripe)
            .option(ConfigKey.MODE, "production", "test")
            .option(ConfigKey.TRIAL_CLOCK_START, "", "test")
            .option(ConfigKey.TRIAL_CLOCK_STANDS, "false", "test")
            .option(
                ConfigKey.DATABASE_URL,
                TestDatabase.server().jdbcUrl(TestDatabase.createDatabase()),
                "test");
    TestServer.start(settings).close();
    Map<String, String> live = new HashMap<>();
    live.put("secretKey", LIVE_KEY);
    live.put("mode", "live");
    live.put("apiBase", "https://api.stripe.com");
    settings.payments("stripe", live);
    assertThatThrownBy(() -> TestServer.start(settings))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("books are of test mode, and the key is for live mode")
        .hasMessageContaining("fresh data folder (--data)")
        .hasMessageNotContaining(LIVE_KEY);
  }

  @Test
  void aLiveKeyHasNoPlaceInATrial() {
    Map<String, String> live =
        Map.of("secretKey", LIVE_KEY, "mode", "live", "apiBase", "https://api.stripe.com");
    assertThatThrownBy(() -> TestServer.start(StripeShop.settings(stripe).payments("stripe", live)))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("give the key for test mode, or set mode to production")
        .hasMessageNotContaining(LIVE_KEY);
  }

  @Test
  void aSettingThatDoesNotFitIsNamedWithTheWayOut() {
    assertThatThrownBy(
            () ->
                TestServer.start(
                    StripeShop.settings(stripe).payments("stripe", Map.of("mode", "live"))))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("payments.stripe.mode")
        .hasMessageContaining("one for TEST mode");
  }

  @Test
  void theDoctorSaysWhatToMendAndExitsBySeverity() throws IOException {
    Path config = config(stripe.settings());
    Ended unwell = doctor(config);
    assertThat(unwell.code()).isEqualTo(1);
    assertThat(unwell.output())
        .contains("ok       secret key: Stripe accepts it, in TEST mode")
        .contains("problem  webhook endpoint: there is none: add one under Developers > Webhooks")
        .doesNotContain(stripe.settings().get("secretKey"));

    stripe.postTo("https://hoster.test");
    Ended well = doctor(config);
    assertThat(well.output()).contains("Nothing is wrong.");
    assertThat(well.code()).isZero();

    Map<String, String> withoutKey = new HashMap<>(stripe.settings());
    withoutKey.put("secretKey", "pk_test_0123456789abcdef");
    Ended unusable = doctor(config(withoutKey));
    assertThat(unusable.code()).isEqualTo(2);
    assertThat(unusable.errors()).contains("payments.stripe.secretKey: is no secret key");
  }

  private Path config(Map<String, String> settings) throws IOException {
    StringBuilder yaml = new StringBuilder("plugins:\n  folder: " + folder.resolve("none"));
    yaml.append("\n  modules: ").append(MODULE).append("\npayments:\n  stripe:\n");
    settings.forEach((name, value) -> yaml.append("    ").append(name + ": " + value + "\n"));
    return Files.writeString(folder.resolve("innkeeper.yaml"), yaml);
  }

  private record Ended(int code, String output, String errors) {}

  private static Ended doctor(Path config) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    try {
      int code = InnkeeperCommand.execute("stripe", "doctor", "--config", config.toString());
      return new Ended(
          code, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** As the module's build packs it. */
  private static void zip(Path file) throws IOException {
    Path classes = MODULE.resolve("target/classes");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file));
        Stream<Path> files = Files.walk(classes);
        Stream<Path> libraries = Files.list(MODULE.resolve("target/lib"))) {
      for (Path path : files.filter(Files::isRegularFile).toList()) {
        put(zip, "classes/" + classes.relativize(path), path);
      }
      for (Path path : libraries.toList()) {
        put(zip, "lib/" + path.getFileName(), path);
      }
      zip.putNextEntry(new ZipEntry("plugin.properties"));
      zip.write(
          "plugin.id=billing-stripe\nplugin.version=0.1.0\n".getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
    }
  }

  private static void put(ZipOutputStream zip, String name, Path file) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    Files.copy(file, zip);
    zip.closeEntry();
  }
}
