package dev.innkeeper.server.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.client.ApiProblem;
import dev.innkeeper.stripe.StripeDouble;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Stripe through the server's API: pages, webhooks, what an admin can ask. */
class StripePaymentsTest {
  private static StripeShop shop;

  @BeforeAll
  static void open() {
    shop = StripeShop.open();
  }

  @AfterAll
  static void close() {
    shop.close();
  }

  @Test
  void theServerItselfDoesNotKnowStripesSdk() {
    for (String type : new String[] {"com.stripe.Stripe", "com.google.gson.Gson"}) {
      assertThatThrownBy(() -> Class.forName(type)).isInstanceOf(ClassNotFoundException.class);
    }
    assertThatThrownBy(() -> Class.forName("dev.innkeeper.stripe.StripeProviderFactory"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void aCardIsEnteredOnStripesPageAndChargedHere() {
    ApiClient ada = shop.customerWithCard(StripeShop.GOOD);
    JsonNode card = ada.get("/v1/cards").at("/items/0");
    assertThat(card.path("provider").asText()).isEqualTo("stripe");
    assertThat(card.path("last4").asText()).isEqualTo("4242");
    JsonNode paid = ada.post("/v1/top-ups", Map.of("amount", "10.00"));
    assertThat(paid.path("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(cash(ada)).isEqualTo("10.00");
  }

  @Test
  void aTopUpOnStripesPageNeedsNoCardOfOurs() {
    ApiClient ada = shop.customer();
    Map<String, Object> wish = new HashMap<>();
    wish.put("amount", "12.00");
    wish.put("returnUrl", "https://hoster.test/back");
    JsonNode asked = ada.post("/v1/top-ups", wish, "page-1");
    assertThat(asked.path("state").asText()).isEqualTo("ACTION_REQUIRED");
    String page = asked.path("actionUrl").asText();
    assertThat(ada.post("/v1/top-ups", wish, "page-1").path("actionUrl").asText()).isEqualTo(page);
    assertThat(StripeShop.submit(page, "number", StripeShop.EMPTY)).as("declined").isEqualTo(200);
    assertThat(cash(ada)).isEqualTo("0.00");
    assertThat(StripeShop.submit(page, "number", StripeShop.GOOD)).isEqualTo(303);
    JsonNode now =
        ada.post("/v1/payments/" + asked.path("id").asText() + "/refresh", new HashMap<>());
    assertThat(now.path("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(cash(ada)).isEqualTo("12.00");
    assertThat(StripeShop.submit(page, "number", StripeShop.GOOD)).as("paid").isEqualTo(410);
    assertThat(ada.get("/v1/cards").path("items")).isEmpty();
  }

  @Test
  void aBankThatAsksIsAnsweredOnItsPage() {
    ApiClient ada = shop.customerWithCard(StripeShop.ASKS);
    JsonNode asked = ada.post("/v1/top-ups", Map.of("amount", "20.00"));
    assertThat(asked.path("state").asText()).isEqualTo("ACTION_REQUIRED");
    String bank = asked.path("actionUrl").asText();
    assertThat(bank).contains("/bank/");
    assertThat(StripeShop.submit(bank, "answer", "approve")).isEqualTo(303);
    StripeShop.await(() -> cash(ada).equals("20.00"));
    JsonNode refused = ada.post("/v1/top-ups", Map.of("amount", "30.00"));
    StripeShop.submit(refused.path("actionUrl").asText(), "answer", "refuse");
    StripeShop.await(
        () -> ada.get("/v1/payments").at("/items/0/state").asText().equals("DECLINED"));
    assertThat(cash(ada)).isEqualTo("20.00");
  }

  @Test
  void webhooksAreTakenByTheirSignatureAlone() {
    String event =
        "{\"id\":\"evt_1\",\"livemode\":false,\"type\":\"customer.created\","
            + "\"data\":{\"object\":{\"id\":\"cus_1\"}}}";
    String signature = StripeDouble.sign(event, StripeDouble.WEBHOOK_SECRET, Instant.now());
    assertThat(post("stripe", event, signature).statusCode()).isEqualTo(200);
    HttpResponse<String> changed = post("stripe", event.replace("cus_1", "cus_2"), signature);
    assertThat(changed.statusCode()).isEqualTo(400);
    assertThat(changed.body()).contains("the signature is wrong");
    String stranger = StripeDouble.sign(event, "whsec_stranger", Instant.now());
    assertThat(post("stripe", event, stranger).statusCode()).isEqualTo(400);
    String old =
        StripeDouble.sign(event, StripeDouble.WEBHOOK_SECRET, Instant.now().minusSeconds(400));
    assertThat(post("stripe", event, old).statusCode()).isEqualTo(400);
    String early =
        StripeDouble.sign(event, StripeDouble.WEBHOOK_SECRET, Instant.now().plusSeconds(400));
    assertThat(post("stripe", event, early).statusCode()).isEqualTo(400);
    assertThat(post("nobody", event, signature).statusCode()).isEqualTo(404);
  }

  @Test
  void aWebhookThatIsTooLargeIsRefusedUnread() {
    String large = "{\"padding\":\"" + "x".repeat(300_000) + "\"}";
    String signature = StripeDouble.sign(large, StripeDouble.WEBHOOK_SECRET, Instant.now());
    assertThat(post("stripe", large, signature).statusCode()).isEqualTo(413);
  }

  private static HttpResponse<String> post(String provider, String body, String signature) {
    return StripeShop.send(
        HttpRequest.newBuilder(URI.create(shop.server().url() + "/v1/webhooks/" + provider))
            .header("Content-Type", "application/json")
            .header("Stripe-Signature", signature)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  @Test
  void anAdminSeesTheModeAndWhatTheDoctorFinds() {
    JsonNode providers = shop.server().admin().get("/v1/payment-providers").path("items");
    assertThat(providers).hasSize(1);
    assertThat(providers.at("/0/mode").asText()).isEqualTo("TEST");
    JsonNode findings =
        shop.server().admin().get("/v1/admin/payment-providers/stripe/findings").path("items");
    assertThat(findings).isNotEmpty();
    findings.forEach(f -> assertThat(f.path("level").asText()).as(f.toString()).isEqualTo("OK"));
    assertThat(findings.toString()).doesNotContain(StripeDouble.SECRET_KEY);
  }

  @Test
  void anInvoiceIsPaidOnStripesPage() {
    ApiClient ben = shop.customerWithCard(StripeShop.EMPTY);
    ben.post("/v1/subscriptions", Map.of("product", "site", "name", "ben-" + System.nanoTime()));
    shop.server().admin().post("/v1/admin/clock/advance", Map.of("by", "P1M"));
    JsonNode invoice = ben.get("/v1/invoices").at("/items/0");
    assertThat(invoice.path("status").asText()).isEqualTo("OPEN");
    String path = "/v1/invoices/" + invoice.path("id").asText() + "/pay-page";
    Map<String, String> wish = Map.of("returnUrl", "https://hoster.test/back");
    JsonNode asked = ben.post(path, wish);
    assertThat(ben.post(path, wish).path("id")).as("the same page").isEqualTo(asked.path("id"));
    StripeShop.submit(asked.path("actionUrl").asText(), "number", StripeShop.GOOD);
    StripeShop.await(() -> ben.get("/v1/invoices").at("/items/0/status").asText().equals("PAID"));
    assertThatThrownBy(() -> ben.post(path, wish))
        .isInstanceOf(ApiProblem.class)
        .hasMessageContaining("nothing to pay");
  }

  private static String cash(ApiClient customer) {
    return customer.get("/v1/wallet").at("/cash/amount").asText();
  }
}
