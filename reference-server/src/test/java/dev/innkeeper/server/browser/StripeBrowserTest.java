package dev.innkeeper.server.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.payments.StripeShop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Customers who go from our pages to Stripe's and to their bank's, and come back. */
class StripeBrowserTest {
  private static StripeShop shop;
  private static Chromium browser;
  private static String url;

  @BeforeAll
  static void start() {
    Optional<Path> chromium = Chromium.installed();
    assumeTrue(
        chromium.isPresent(),
        "NOT TESTED IN A BROWSER: there is no Chromium here; install one, or name it in"
            + " INNKEEPER_CHROMIUM");
    shop = StripeShop.open();
    url = shop.server().url();
    browser = Chromium.start(chromium.get());
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (shop != null) {
      shop.close();
    }
  }

  private static void signIn(String email, String password) {
    browser.signIn(url, email, password);
  }

  /** Enters a card on the double's page and comes back to a page of ours. */
  private static void enterCard(String number, String back) {
    browser.awaitPage("http://127.0.0.1");
    await("/checkout/");
    browser.fill("#number", number);
    browser.click("#submit");
    browser.awaitPage(url + back);
  }

  private static void await(String part) {
    long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!where().contains(part) && System.nanoTime() < deadlineNanos) {
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
    assertThat(where()).contains(part);
    assertThat(browser.text()).contains("This is a test double of Stripe");
  }

  private static String where() {
    try {
      return browser.eval("document.readyState === 'complete' ? location.href : ''").asText();
    } catch (IllegalStateException e) {
      // Asked between two pages.
      return "";
    }
  }

  @Test
  void aCardIsAddedOnStripesPageAndTopUpsComeFromItFromAPageAndFromABankThatAsks()
      throws IOException {
    shop.customer("dora@example.org");
    signIn("dora@example.org", "innkeeper-demo");
    browser.open(url + "/wallet");
    browser.click("form[action='/wallet/cards/page'] button");
    enterCard(StripeShop.GOOD, "/wallet");
    assertThat(browser.text()).contains("Visa …4242");
    picture("wallet-stripe");

    browser.fill("#amount", "12.30");
    browser.click("form[action='/wallet/top-ups'] button");
    assertThat(browser.text()).contains("12.30\u00a0EUR are in your wallet.");

    browser.fill("#amount", "7.70");
    browser.eval("document.querySelector('#card').value = 'page'");
    browser.click("form[action='/wallet/top-ups'] button");
    enterCard("5555555555554444", "/wallet");
    assertThat(browser.text()).contains("7.70\u00a0EUR are paid. Thank you!", "20.00\u00a0EUR");

    browser.click("form[action='/wallet/cards/page'] button");
    enterCard(StripeShop.ASKS, "/wallet");
    browser.fill("#amount", "5.00");
    browser.eval(
        "document.querySelector('#card').value = [...document.querySelectorAll('#card option')]"
            + ".find(o => o.text.includes('3184')).value");
    browser.click("form[action='/wallet/top-ups'] button");
    await("/bank/");
    browser.open(url + "/wallet");
    assertThat(browser.text()).contains("Your bank wants to hear from you before 5.00\u00a0EUR");
    picture("wallet-stripe-waits");
    browser.click(".waiting a");
    await("/bank/");
    browser.click("#approve");
    browser.awaitPage(url + "/wallet");
    assertThat(browser.text()).contains("5.00\u00a0EUR are paid. Thank you!", "25.00\u00a0EUR");
  }

  @Test
  void anInvoiceWaitsForTheBankAndAnotherIsPaidOnStripesPage() throws IOException {
    ApiClient eve = shop.customer("eve@example.org");
    shop.addCard(eve, StripeShop.ASKS);
    eve.post("/v1/subscriptions", Map.of("product", "site", "name", "eve-writes"));
    shop.server().admin().post("/v1/admin/clock/advance", Map.of("by", "P1M"));
    signIn("eve@example.org", "innkeeper-demo");
    browser.open(url + "/invoices");
    browser.click("td a");
    assertThat(browser.text()).contains("Your bank wants to hear from you", "Pay now");
    picture("invoice-stripe-waits");
    browser.click(".waiting a");
    await("/bank/");
    browser.click("#refuse");
    browser.awaitPage(url + "/invoices/");
    assertThat(browser.text()).contains("Your bank did not confirm that it was you who paid.");
    browser.eval("document.querySelector('#from').value = 'page'");
    browser.click("form[action$='/pay'] button");
    enterCard(StripeShop.GOOD, "/invoices/");
    assertThat(browser.text()).contains("are paid. Thank you!", "Paid");
  }

  @Test
  void anAdminSeesWhoseMoneyIsTestMoneyAndChecksTheSetUp() throws IOException {
    Path folder = shop.server().server().services().config().dataFolder();
    String[] words =
        Files.readString(folder.resolve(InnkeeperServer.ADMIN_SIGN_IN_FILE)).trim().split(" ", 2);
    signIn(words[0], words[1]);
    browser.open(url + "/admin/customers");
    assertThat(browser.text()).contains("Stripe is in test mode");
    browser.open(url + "/admin/payments");
    assertThat(browser.text()).contains("Test mode", url + "/v1/webhooks/stripe");
    browser.click("form[action='/admin/payments/stripe/check'] button");
    assertThat(browser.text()).contains("Secret key", "Stripe accepts it", "sends what is needed");
    picture("admin-payments");
  }

  /**
   * Kept where {@code innkeeper.pictures} names a folder: the pictures of docs/payments-stripe.md.
   */
  private static void picture(String name) throws IOException {
    for (int width : new int[] {390, 1280}) {
      browser.look(width, 900, "light");
      assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
          .as(name)
          .isLessThanOrEqualTo(width);
      String folder = System.getProperty("innkeeper.pictures", "");
      if (!folder.isEmpty()) {
        Files.write(Path.of(folder, name + "-" + width + ".png"), browser.screenshot());
      }
    }
  }
}
