package dev.innkeeper.server.mail;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.TestServer;
import java.math.BigDecimal;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What an admin sees of mails, on a server that has nobody to send them by. */
class MailPagesTest {
  private static HttpResponse<String> get(HttpClient browser, String url) throws Exception {
    return browser.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private static HttpClient admin(TestServer server) throws Exception {
    HttpClient browser =
        HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    Matcher csrf =
        Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"")
            .matcher(get(browser, server.url() + "/sign-in").body());
    assertThat(csrf.find()).isTrue();
    String[] signIn =
        Files.readString(
                server
                    .server()
                    .services()
                    .config()
                    .dataFolder()
                    .resolve(InnkeeperServer.ADMIN_SIGN_IN_FILE))
            .trim()
            .split(" ", 2);
    String form =
        "csrf="
            + csrf.group(1)
            + "&email="
            + URLEncoder.encode(signIn[0], StandardCharsets.UTF_8)
            + "&password="
            + URLEncoder.encode(signIn[1], StandardCharsets.UTF_8);
    HttpResponse<String> answer =
        browser.send(
            HttpRequest.newBuilder(URI.create(server.url() + "/sign-in"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return browser;
  }

  @Test
  void mailsAreListedAndShownAndSaidToBeUnsent() throws Exception {
    try (TestServer server = TestServer.start()) {
      server
          .client()
          .post(
              "/v1/customers",
              Map.of("name", "<b>Ada", "email", "ada@example.org", "password", "innkeeper-demo"));
      UUID ada =
          UUID.fromString(server.admin().get("/v1/admin/customers").at("/items/0/id").asText());
      server
          .server()
          .services()
          .engine()
          .invoices()
          .custom(
              new NewInvoice(
                  ada,
                  Currency.EUR,
                  List.of(NewInvoice.Line.of("Set-up", new BigDecimal("12.50"))),
                  null,
                  null),
              "one");
      server.admin().post("/v1/admin/clock/advance", Map.of("by", "PT1H"));

      JsonNode mail = server.admin().get("/v1/admin/mails?status=held").at("/items/0");
      assertThat(mail.path("event").asText()).isEqualTo("invoice.issued");
      assertThat(mail.path("recipient").asText()).isEqualTo("ada@example.org");

      HttpClient admin = admin(server);
      assertThat(get(admin, server.url() + "/admin/mails").body())
          .contains("Not sent: no SMTP", mail.path("subject").asText());
      String one = server.url() + "/admin/customers/" + ada + "/mails/" + mail.path("id").asText();
      assertThat(get(admin, one).body())
          .contains("Hello &lt;b&gt;Ada", ".pdf")
          .doesNotContain("<b>Ada", "Send now");
      HttpResponse<String> html = get(admin, one + "/html");
      assertThat(html.body()).contains("Hello &lt;b&gt;Ada").doesNotContain("<b>Ada");
      assertThat(html.headers().firstValue("Content-Security-Policy").orElse(""))
          .contains("sandbox");
      String anybody = get(HttpClient.newHttpClient(), server.url() + "/admin/mails").body();
      assertThat(anybody).doesNotContain("ada@example.org");
    }
  }
}
