package dev.innkeeper.server.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.demo.Stage;
import dev.innkeeper.server.demo.Story;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pages in a real Chromium, after the demo's two months. Skipped, aloud, without one. */
class BrowserTest {
  private static TestServer server;
  private static Chromium browser;

  @BeforeAll
  static void start() {
    Optional<Path> chromium = Chromium.installed();
    assumeTrue(
        chromium.isPresent(),
        "NOT TESTED IN A BROWSER: there is no Chromium here; install one, or name it in"
            + " INNKEEPER_CHROMIUM");
    server =
        TestServer.start(
            TestServer.settingsWithSites()
                .option(ConfigKey.TRIAL_CLOCK_START, Story.BEGIN, "test"));
    new Story(
            server.admin(),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            Stage.sites())
        .play();
    browser = Chromium.start(chromium.get());
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private static void signIn(String email, String password) {
    browser.signIn(server.url(), email, password);
  }

  private static void signInAsAdmin() throws IOException {
    Path folder = server.server().services().config().dataFolder();
    String[] words =
        Files.readString(folder.resolve(InnkeeperServer.ADMIN_SIGN_IN_FILE)).trim().split(" ", 2);
    signIn(words[0], words[1]);
  }

  @Test
  void aNewcomerSignsUpPaysAndStartsASite() {
    browser.look(390, 844, "light");
    browser.open(server.url() + "/sign-in");
    if (!browser.eval("document.querySelector('.who form') === null").asBoolean()) {
      browser.click(".who form button");
    }
    browser.open(server.url() + "/sign-up");
    browser.fill("#name", "<b>Dora</b> & sons");
    browser.fill("#email", "dora@example.org");
    browser.fill("#password", "a good password");
    browser.click("main form button");
    assertThat(browser.text()).contains("Welcome! Choose a product", "There is no usable card");

    browser.open(server.url() + "/wallet");
    browser.fill("#number", "4242 4242 4242 4242");
    browser.click("form[action='/wallet/cards'] button");
    assertThat(browser.text()).contains("The card is added.", "Visa …4242");
    browser.fill("#amount", "12.345");
    browser.click("form[action='/wallet/top-ups'] button");
    assertThat(browser.text()).contains("12.345 has more decimals than EUR");
    browser.fill("#amount", "12.30");
    browser.click("form[action='/wallet/top-ups'] button");
    assertThat(browser.text()).contains("12.30\u00a0EUR are in your wallet.");

    browser.open(server.url() + "/products");
    browser.fill("form[action='/services'] input[name=name]", "dora-rocks");
    browser.click("form[action='/services'] button");
    assertThat(browser.text()).contains("dora-rocks", "Your service is starting.");
  }

  @Test
  void aCouponIsMadeRedeemedAndAWishForCreditGranted() throws IOException {
    signInAsAdmin();
    browser.open(server.url() + "/admin/coupons");
    browser.fill("#code", "spring-20");
    browser.fill("#name", "Spring <sale>");
    browser.fill("#off", "20");
    browser.click("form[action='/admin/coupons'] button");
    assertThat(browser.text()).contains("SPRING-20", "20 % off", "Spring <sale>");

    signIn("ada@example.org", Story.PASSWORD);
    browser.open(server.url() + "/wallet");
    browser.fill("#code", "nonsense");
    browser.click("form[action='/wallet/vouchers'] button");
    assertThat(browser.text()).contains("There is no voucher or coupon with this code.");
    browser.fill("#code", "Spring-20");
    browser.click("form[action='/wallet/vouchers'] button");
    assertThat(browser.text()).contains("20 % off from your next invoice on");
    assertThat(browser.eval("document.querySelectorAll('svg.chart polyline').length").asInt())
        .isEqualTo(2);
    browser.eval(
        "document.querySelector('form[action=\"/wallet/requests\"]').parentElement.open = true");
    browser.fill("#wish", "25.00");
    browser.fill("#reason", "A workshop");
    browser.click("form[action='/wallet/requests'] button");
    assertThat(browser.text()).contains("Your request is sent.", "Waiting");

    signInAsAdmin();
    browser.open(server.url() + "/admin/matters");
    assertThat(browser.text()).contains("A workshop");
    browser.click("main form[action$='/approve'] button");
    assertThat(browser.text()).contains("25.00\u00a0EUR of credit are given.");
  }

  @Test
  void whatPeopleTypeIsShownAndNeverRun() throws IOException {
    server
        .client()
        .post(
            "/v1/customers",
            Map.of(
                "name",
                "<img src=x onerror=alert(1)>",
                "email",
                "mallory@example.org",
                "password",
                "innkeeper-demo"));
    signInAsAdmin();
    browser.open(server.url() + "/admin/customers");
    assertThat(browser.text()).contains("<img src=x onerror=alert(1)>");
    assertThat(browser.eval("document.querySelectorAll('main img').length").asInt()).isZero();
  }

  @Test
  void anAdminSeesCustomersInvoicesAndBalancedBooks() throws IOException {
    signInAsAdmin();
    browser.open(server.url() + "/admin/customers");
    assertThat(browser.text()).contains("Ada", "Ben", "Cleo");
    browser.open(server.url() + "/admin/invoices?state=paid");
    assertThat(browser.text()).contains("INV-2026-000001", "16.00\u00a0EUR");
    browser.open(server.url() + "/admin/ledger");
    assertThat(browser.text()).contains("revenue/site", "balanced: difference 0");
  }

  @Test
  void anAdminAddsAWebhookAndSeesItsSecretOnce() throws IOException {
    signInAsAdmin();
    browser.open(server.url() + "/admin/webhooks");
    browser.fill("#url", server.url() + "/no-such-receiver");
    browser.fill("#types", "customer.*, invoice.paid");
    browser.fill("#description", "<b>Books</b>");
    browser.click("form[action='/admin/webhooks'] button");
    assertThat(browser.text()).contains("The secret, shown this once", "whsec_", "<b>Books</b>");
    browser.open(server.url() + "/admin/webhooks");
    browser.click("td a");
    assertThat(browser.text()).contains("customer.*, invoice.paid").doesNotContain("whsec_");
    String page = browser.eval("location.pathname").asText();
    browser.click("form[action$='/test'] button");
    assertThat(browser.text()).contains("answered 404", "failing");
    browser.click("form[action$='/rotate'] button");
    assertThat(browser.text()).contains("The secret, shown this once");
    browser.open(server.url() + page);
    requireFits(page);
    browser.look(1280, 900, "light");
    browser.open(server.url() + page);
    browser.click("form[action$='/disable'] button");
    assertThat(browser.text()).contains("Events wait until you enable it again", "Remove");
    browser.click("form[action$='/enable'] button");
    assertThat(browser.text()).contains("It is enabled");
    browser.click("form[action$='/disable'] button");
    browser.click("form[action$='/remove'] button");
    assertThat(browser.text()).contains("The webhook is removed.", "No webhook yet");
  }

  @Test
  void anAdminSeesWhatHappenedAndThatDueWorkIsDone() throws IOException {
    signInAsAdmin();
    browser.open(server.url() + "/admin/events?type=grace.*");
    assertThat(browser.text()).contains("grace.reminder", "grace.ended");
    assertThat(browser.text()).doesNotContain("invoice.issued");
    browser.open(server.url() + "/admin/work");
    assertThat(browser.text()).contains("done in time", "invoice-run", "dunning");
  }

  @Test
  void noPageIsWiderThanAPhone() throws IOException {
    signIn("ada@example.org", Story.PASSWORD);
    browser.open(server.url() + "/invoices");
    browser.open(server.url() + "/services");
    String service = browser.eval("document.querySelector('td a').getAttribute('href')").asText();
    browser.open(server.url() + "/invoices");
    String invoice = browser.eval("document.querySelector('td a').getAttribute('href')").asText();
    for (String path :
        List.of("/products", "/services", "/wallet", "/invoices", invoice, service)) {
      requireFits(path);
    }
    signInAsAdmin();
    for (String path :
        List.of(
            "/admin/customers",
            "/admin/invoices",
            "/admin/resources",
            "/admin/resources/difference",
            "/admin/ledger",
            "/admin/vouchers",
            "/admin/coupons",
            "/admin/charges",
            "/admin/payments",
            "/admin/reminders",
            "/admin/matters",
            "/admin/prices",
            "/admin/events",
            "/admin/webhooks",
            "/admin/work")) {
      requireFits(path);
    }
  }

  private static void requireFits(String path) throws IOException {
    for (String scheme : List.of("light", "dark")) {
      browser.look(390, 844, scheme);
      browser.open(server.url() + path);
      assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
          .as(path)
          .isLessThanOrEqualTo(390);
      assertThat(browser.eval("document.querySelectorAll('h1').length").asInt())
          .as(path)
          .isEqualTo(1);
    }
    picture(path, 390);
    browser.look(1280, 900, "light");
    browser.open(server.url() + path);
    picture(path, 1280);
  }

  /** For people to look at, in the folder that the property names; nowhere without it. */
  private static void picture(String path, int width) throws IOException {
    String folder = System.getProperty("innkeeper.pictures");
    if (folder != null) {
      String name = path.substring(1).replaceAll("[^a-z]+", "-") + "-" + width + ".png";
      Files.write(Path.of(folder, name), browser.screenshot());
    }
  }
}
