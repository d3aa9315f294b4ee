package dev.innkeeper.server.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.demo.Stage;
import dev.innkeeper.server.demo.Story;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
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
  void aCustomerSaysWhatTheNextInvoicesSay() throws IOException {
    server
        .client()
        .post(
            "/v1/customers",
            Map.of("name", "Fay", "email", "fay@example.org", "password", Story.PASSWORD));
    signIn("fay@example.org", Story.PASSWORD);
    browser.look(390, 844, "light");
    browser.open(server.url() + "/invoices");
    browser.click("a[href='/details']");
    browser.fill("#company", "Fay & Töchter GmbH");
    browser.fill("#vatId", "DE136695970");
    browser.fill("#street", "Torstraße 1");
    browser.fill("#postalCode", "10119");
    browser.fill("#city", "Berlin");
    browser.fill("#country", "DE");
    browser.click("form[action='/details'] button");
    assertThat(browser.eval("document.querySelector('#vatId + .error') !== null").asBoolean())
        .isTrue();
    assertThat(browser.eval("document.querySelector('#company').value").asText())
        .isEqualTo("Fay & Töchter GmbH");
    browser.fill("#vatId", "DE136695976");
    browser.click("form[action='/details'] button");
    assertThat(browser.text()).contains("Saved. Your next invoices say so.");
    assertThat(browser.eval("document.querySelector('#city').value").asText()).isEqualTo("Berlin");
    requireFits("/details");
    browser.look(1280, 900, "light");
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
  void anAdminWritesAnInvoiceByHandAndIssuesIt() throws IOException {
    signInAsAdmin();
    browser.open(server.url() + "/admin/customers?search=Ben");
    browser.click("td a");
    browser.fill("#draft-description", "Set-up <b>");
    browser.fill("#draft-price", "99.00");
    browser.click("form[action$='/drafts'] button");
    assertThat(browser.text())
        .contains("The draft is begun.", "Draft for Ben", "Set-up <b>", "99.00\u00a0EUR");
    browser.fill("#description", "Help");
    browser.fill("#quantity", "2.5");
    browser.fill("#unit", "hours");
    browser.fill("#price", "lots");
    browser.click("form[action$='/lines'] button");
    assertThat(browser.text()).contains("Price: must be a number such as 12.50");
    browser.fill("#description", "Help");
    browser.fill("#quantity", "2.5");
    browser.fill("#unit", "hours");
    browser.fill("#price", "80");
    browser.click("form[action$='/lines'] button");
    assertThat(browser.text()).contains("2.5\u00a0hours", "299.00\u00a0EUR");
    browser.fill("#note", "With thanks");
    browser.click("form[action$='/terms'] button");
    String draft = browser.eval("location.pathname").asText();
    requireFits(draft);
    requireFits("/admin/invoices/drafts");
    assertThat(browser.text()).contains("Set-up <b> and 1 more", "299.00\u00a0EUR");
    browser.open(server.url() + draft);
    browser.click("form[action$='/lines/0/remove'] button");
    assertThat(browser.text()).contains("The draft is changed.", "200.00\u00a0EUR");
    browser.click("form[action$='/issue'] button");
    assertThat(browser.text())
        .contains("The invoice is issued as INV-2026-", "200.00\u00a0EUR", "With thanks");
    browser.open(server.url() + "/admin/invoices/drafts");
    assertThat(browser.text()).contains("No draft");
  }

  private void takeBack(String amount) {
    assertThat(browser.eval("document.querySelector('.card details').open = true").asBoolean())
        .isTrue();
    browser.fill("#line-1", amount);
    browser.fill("#credit-reason", "Half of it <i>");
    browser.click("form[action$='/credit'] button");
  }

  @Test
  void anAdminTakesAnInvoiceBackAndGivesUpOnTheRest() throws IOException {
    ApiClient admin = server.admin();
    String zoe = "/v1/admin/customers/" + server.signUp("Zoe").id() + "/invoice-drafts";
    JsonNode draft =
        admin.post(
            zoe,
            Map.of("lines", List.of(Map.of("description", "Help", "unitPrice", "200"))),
            "draft");
    JsonNode issued = admin.post(zoe + "/" + draft.path("id").asText() + "/issue", Map.of());
    String invoice =
        "/admin/customers/"
            + issued.path("customerId").asText()
            + "/invoices/"
            + issued.path("id").asText();
    signInAsAdmin();
    requireFits(invoice);
    takeBack("200.01");
    assertThat(browser.text()).contains("200.00 EUR is left to take back");
    takeBack("100");
    assertThat(browser.text())
        .contains("takes back 100.00\u00a0EUR", "CN-2026-", "Write off")
        .doesNotContain("Void");
    browser.fill("#write-off-reason", "Gone");
    browser.click("form[action$='/write-off'] button");
    assertThat(browser.text()).contains("is written off.", "Given up");
    browser.fill("#reinstate-reason", "Back");
    browser.click("form[action$='/reinstate'] button");
    assertThat(browser.text()).contains("is owed again.", "Still to pay");
    browser.click("dl.facts a");
    assertThat(browser.text()).contains("Credit note CN-", "Takes back", "Half of it <i>");
    requireFits(browser.eval("location.pathname").asText());
  }

  @Test
  void anAdminComparesAPriceListAndPutsItInForce() throws IOException {
    String catalog =
        """
        products:
          - code: your-help
            name: Extra <help>
            prices:
              - currency: EUR
                components:
                  - {code: base, name: Base, per: month, price: 5.00}
        """;
    signInAsAdmin();
    browser.open(server.url() + "/admin/prices");
    browser.fill("textarea", catalog.replace("5.00", "much"));
    browser.click("button[value=plan]");
    assertThat(browser.text()).contains("line 7").doesNotContain("Would change");
    browser.fill("textarea", catalog);
    browser.click("button[value=plan]");
    assertThat(browser.text()).contains("Would change", "your-help");
    assertThat(server.client().get("/v1/products").toString()).doesNotContain("your-help");
    browser.click("button[value=apply]");
    assertThat(browser.text()).contains("Applied", "Extra <help>", "5.00\u00a0EUR");
    assertThat(server.client().get("/v1/products").toString()).contains("your-help");
  }

  /** As if their provisioner had measured and priced what runs, for an hour. */
  private static void meterWhatRuns() throws SQLException {
    String resources = " from server.resource r where r.state = 'RUNNING'";
    try (Connection connection =
            DriverManager.getConnection(server.server().services().config().database().url());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "insert into server.metering (customer_id, resource_id, read_to)"
              + " select customer_id, id, created_at"
              + resources
              + " on conflict do nothing");
      statement.executeUpdate(
          "insert into server.metered_interval (customer_id, resource_id, from_at, to_at, readings,"
              + " running_millis, cost, currency, recorded) select customer_id, id, created_at,"
              + " created_at + interval '1 hour', '[{\"meter\": \"storage\", \"quantity\": \"12.5\","
              + " \"unit\": \"MB·h\"}]', 3600000, 0.0042, 'EUR', true"
              + resources);
    }
  }

  @Test
  void anAdminSeesWhatResourcesCost() throws Exception {
    signInAsAdmin();
    browser.open(server.url() + "/admin/resources");
    browser.click("a[href='/admin/resources/costs']");
    assertThat(browser.text()).contains("Nothing was metered in this time");
    meterWhatRuns();
    browser.open(server.url() + "/admin/resources/costs?time=all");
    assertThat(browser.text())
        .contains("By provisioner", "0.0042\u00a0EUR", "1.0\u00a0h", "storage 12.5\u00a0MB·h");
    requireFits("/admin/resources/costs?time=all");
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
    browser.open(server.url() + "/admin/customers?search=Ada");
    requireFits(browser.eval("document.querySelector('td a').getAttribute('href')").asText());
    browser.open(server.url() + "/admin/mails");
    requireFits(browser.eval("document.querySelector('td a').getAttribute('href')").asText());
    for (String path :
        List.of(
            "/admin/customers",
            "/admin/invoices",
            "/admin/mails",
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

  @Test
  void whoIsNotSignedInSeesPagesThatFit() throws IOException {
    browser.look(1280, 900, "light");
    browser.open(server.url() + "/sign-in");
    if (browser.eval("document.querySelector('.who form') !== null").asBoolean()) {
      browser.click(".who form button");
    }
    for (String path : List.of("/", "/sign-in", "/sign-up", "/products", "/no-such-page")) {
      requireFits(path);
      assertThat(browser.eval("document.querySelector('.who form') === null").asBoolean())
          .as(path)
          .isTrue();
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
