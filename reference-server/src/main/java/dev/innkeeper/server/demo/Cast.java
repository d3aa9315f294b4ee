package dev.innkeeper.server.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.client.ApiClient;
import java.util.Map;

/**
 * Somebody who plays a part, with a token of their own.
 *
 * @param id the customer's
 */
record Cast(String name, String id, ApiClient api) {
  /** Signs a customer up. */
  static Cast signUp(ApiClient anybody, String name, String email, String password) {
    JsonNode made =
        anybody.post("/v1/customers", Map.of("name", name, "email", email, "password", password));
    return new Cast(
        name, made.at("/customer/id").asText(), anybody.withToken(made.path("token").asText()));
  }

  /** Adds a card, on the provider's page where it has one. */
  void addCard(String provider, String number) {
    if (provider.equals("sandbox")) {
      api.post("/v1/cards", Map.of("token", number));
      return;
    }
    String page =
        api.post("/v1/cards", Map.of("returnUrl", api.url() + "/wallet/returned"))
            .path("url")
            .asText();
    PaymentDouble.enterCard(page, number);
  }

  /** Whether a card is there and usable. */
  boolean hasCard(String number) {
    for (JsonNode card : api.get("/v1/cards").path("items")) {
      if (number.endsWith(card.path("last4").asText()) && card.path("usable").asBoolean()) {
        return true;
      }
    }
    return false;
  }

  /** Starts a site and returns the service. */
  JsonNode start(String site, String size, String ownAddress) {
    return api.post(
        "/v1/subscriptions",
        Map.of(
            "product",
            "site",
            "name",
            site,
            "options",
            Map.of("size", size, "address", ownAddress)));
  }

  JsonNode wallet() {
    return api.get("/v1/wallet");
  }

  /** The newest invoice. */
  JsonNode invoice() {
    return api.get("/v1/invoices").at("/items/0");
  }
}
