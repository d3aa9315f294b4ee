package dev.innkeeper.server.rest;

import static dev.innkeeper.server.rest.Refusals.requireRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests that move money: done once, refused in words, and never half-done. */
class MoneyApiTest {
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(TestServer.settingsWithSites());
    server.sellDemoProducts();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ApiClient customer() {
    return server.signUp("Ada").client();
  }

  private static ApiClient customerWithCard() {
    ApiClient customer = customer();
    customer.post("/v1/cards", Map.of("token", "4242424242424242"));
    return customer;
  }

  private static String cash(ApiClient customer) {
    return customer.get("/v1/wallet").at("/cash/amount").asText();
  }

  @Test
  void aTopUpSentTwiceIsOneTopUp() {
    ApiClient ada = customerWithCard();
    JsonNode first = ada.post("/v1/top-ups", Map.of("amount", "10.00"), "once");
    JsonNode again = ada.post("/v1/top-ups", Map.of("amount", "10.00"), "once");
    assertThat(again.path("id")).isEqualTo(first.path("id"));
    assertThat(cash(ada)).isEqualTo("10.00");
    requireRefused(
        () -> ada.post("/v1/top-ups", Map.of("amount", "11.00"), "once"), 409, "use a new key");
    assertThat(cash(ada)).isEqualTo("10.00");
  }

  @Test
  void wrongAmountsAreRefusedAndNothingMoves() {
    ApiClient ada = customerWithCard();
    requireRefused(
        () -> ada.post("/v1/top-ups", Map.of("amount", "-10.00")), 400, "must be above zero");
    requireRefused(() -> ada.post("/v1/top-ups", Map.of("amount", "0")), 400, "must be above zero");
    requireRefused(
        () -> ada.post("/v1/top-ups", Map.of("amount", "10.005")),
        400,
        "10.005 has more decimals than EUR, which has 2");
    requireRefused(
        () -> ada.post("/v1/top-ups", Map.of("amount", 10)), 400, "must be a text in quotes");
    requireRefused(() -> ada.post("/v1/top-ups", Map.of("amount", "1e9")), 400, "is not an amount");
    requireRefused(
        () -> ada.post("/v1/top-ups", Map.of("amount", "9".repeat(30))), 400, "too large");
    assertThat(cash(ada)).isEqualTo("0.00");
    assertThat(ada.get("/v1/payments").path("items")).isEmpty();
  }

  @Test
  void anUnknownProductOrOptionOrCurrencyIsRefused() {
    ApiClient ada = customerWithCard();
    requireRefused(
        () -> ada.post("/v1/subscriptions", Map.of("product", "sight")),
        404,
        "there is no product sight");
    requireRefused(
        () ->
            ada.post(
                "/v1/subscriptions", Map.of("product", "site", "options", Map.of("size", "huge"))),
        400,
        "must be one of [small, medium, large]");
    requireRefused(
        () -> server.client().post("/v1/quotes", Map.of("product", "site", "currency", "DOUBLOON")),
        400,
        "not a known currency");
    assertThat(ada.get("/v1/subscriptions").path("items")).isEmpty();
  }

  @Test
  void nobodyStartsAnythingWithoutMeans() {
    requireRefused(
        () -> customer().post("/v1/subscriptions", Map.of("product", "site")),
        402,
        "There is no usable card");
  }

  @Test
  void aNameIsGivenOnceAndARepeatGivesTheSameService() {
    ApiClient ada = customerWithCard();
    Map<String, Object> wanted = Map.of("product", "site", "name", "my-own");
    JsonNode first = ada.post("/v1/subscriptions", wanted, "start-1");
    JsonNode again = ada.post("/v1/subscriptions", wanted, "start-1");
    assertThat(again.at("/subscription/id")).isEqualTo(first.at("/subscription/id"));
    requireRefused(
        () -> ada.post("/v1/subscriptions", Map.of("product", "site", "name", "No Name!")),
        400,
        "lower-case letters");
  }

  @Test
  void vouchersSayWhyTheyAreRefused() {
    JsonNode issued =
        server.admin().post("/v1/admin/vouchers", Map.of("name", "Fair", "amount", "5.00"));
    String code = issued.at("/codes/0").asText();
    ApiClient ada = customer();
    ada.post("/v1/voucher-redemptions", Map.of("code", code));
    assertThat(ada.get("/v1/wallet").at("/voucher/amount").asText()).isEqualTo("5.00");
    requireRefused(
        () -> customer().post("/v1/voucher-redemptions", Map.of("code", code)), 422, "used up");
    requireRefused(
        () -> ada.post("/v1/voucher-redemptions", Map.of("code", "NOT-A-CODE")), 400, "code");
  }

  @Test
  void customersSeeOnlyTheirOwn() {
    ApiClient ada = customerWithCard();
    JsonNode started = ada.post("/v1/subscriptions", Map.of("product", "site"));
    String id = started.at("/subscription/id").asText();
    requireRefused(() -> customer().get("/v1/subscriptions/" + id), 404, id);
    requireRefused(() -> ada.get("/v1/admin/customers"), 403, "for admins");
    requireRefused(() -> server.admin().get("/v1/wallet"), 403, "no wallet");
  }

  @Test
  void aCatalogAtFaultIsToldByLineAndChangesNothing() {
    requireRefused(
        () ->
            server
                .admin()
                .postYaml(
                    "/v1/admin/catalog/apply",
                    "products:\n  - code: other\n    prices:\n      - currency: EURO\n"),
        400,
        "line 4");
    requireRefused(() -> server.client().get("/v1/products/other"), 404, "other");
  }
}
