package dev.innkeeper.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.client.ApiProblem;
import dev.innkeeper.server.config.ConfigKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AccountApiTest {
  private static final String PASSWORD = "correct horse battery";
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Map<String, Object> ada(String email) {
    return Map.of("name", "Ada", "email", email, "password", PASSWORD);
  }

  private static HttpResponse<String> post(String path, String type, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", type)
            .header("Idempotency-Key", "key-" + body.hashCode())
            .POST(BodyPublishers.ofString(body))
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }

  @Test
  void aCustomerSignsUpAndInAndOut() {
    JsonNode made = server.client().post("/v1/customers", ada("ada@example.org"));
    assertThat(made.at("/customer/currency").asText()).isEqualTo("EUR");

    JsonNode session =
        server
            .client()
            .post("/v1/sessions", Map.of("email", "ADA@example.org", "password", PASSWORD));
    ApiClient ada = server.client().withToken(session.path("token").asText());
    assertThat(ada.get("/v1/me").at("/customer/name").asText()).isEqualTo("Ada");

    ada.delete("/v1/sessions");
    assertThatThrownBy(() -> ada.get("/v1/me")).isInstanceOf(ApiProblem.class);
  }

  @Test
  void whatTheNextInvoicesSayCanBeChanged() {
    JsonNode made = server.client().post("/v1/customers", ada("moves@example.org"));
    ApiClient ada = server.client().withToken(made.path("token").asText());
    Map<String, String> company =
        Map.of(
            "name", "Ada Lovelace",
            "language", "de",
            "company", "Engines GmbH",
            "vatId", "DE136695976",
            "street", "Torstraße 1",
            "postalCode", "10119",
            "city", "Berlin",
            "country", "DE");
    JsonNode changed = ada.put("/v1/me/details", company);
    assertThat(changed.path("company").asText()).isEqualTo("Engines GmbH");
    assertThat(changed.at("/address/city").asText()).isEqualTo("Berlin");
    assertThat(changed.path("email").asText()).isEqualTo("moves@example.org");
    assertThat(ada.get("/v1/me").path("customer")).isEqualTo(changed);
    // A VAT id that is wrong is refused, and nothing changes.
    Map<String, String> wrong = new HashMap<>(company);
    wrong.put("vatId", "DE136695970");
    assertThatThrownBy(() -> ada.put("/v1/me/details", wrong))
        .isInstanceOf(ApiProblem.class)
        .hasMessageContaining("vatId");
    assertThat(ada.get("/v1/me").path("customer")).isEqualTo(changed);
    // What is left out is taken away.
    JsonNode moved = ada.put("/v1/me/details", Map.of("name", "Ada", "language", "en"));
    assertThat(moved.path("company").isNull()).isTrue();
    assertThat(moved.at("/address/city").isNull()).isTrue();
  }

  @Test
  void signingUpTwiceWithOneKeyGivesOneCustomer() {
    JsonNode first = server.client().post("/v1/customers", ada("bob@example.org"), "bob-1");
    JsonNode again = server.client().post("/v1/customers", ada("bob@example.org"), "bob-1");
    assertThat(again.at("/customer/id")).isEqualTo(first.at("/customer/id"));
  }

  @Test
  void anAddressSignsUpOnce() {
    server.client().post("/v1/customers", ada("eve@example.org"));
    assertThatThrownBy(() -> server.client().post("/v1/customers", ada("eve@example.org")))
        .isInstanceOfSatisfying(
            ApiProblem.class,
            e -> {
              assertThat(e.status()).isEqualTo(409);
              assertThat(e.code()).isEqualTo("email-taken");
            });
  }

  @Test
  void everyFieldAtFaultIsTold() throws Exception {
    HttpResponse<String> answer =
        post(
            "/v1/customers",
            "application/json",
            """
            {"name": 7, "currency": "EURO", "zone": "Mars/Olympus", "colour": "red"}
            """);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    assertThat(answer.body())
        .contains("\"field\":\"name\"", "\"field\":\"email\"", "\"field\":\"password\"")
        .contains("'EURO' is not a known currency; use an ISO 4217 code such as EUR")
        .contains("is no time zone such as Europe/Zurich")
        .contains("\"field\":\"colour\"");
  }

  @Test
  void brokenJsonAndOtherTypesAreRefused() throws Exception {
    assertThat(post("/v1/customers", "application/json", "{\"name\": ").body())
        .contains("is not JSON (line 1");
    assertThat(post("/v1/customers", "text/plain", "name=Ada").statusCode()).isEqualTo(415);
  }

  @Test
  void jsonBeyondTheLimitsOfItsReaderIsRefused() throws Exception {
    for (String text :
        List.of(
            "[".repeat(1_001),
            "{\"name\": " + "7".repeat(1_001) + "}",
            "{\"" + "n".repeat(50_001))) {
      HttpResponse<String> answer = post("/v1/sessions", "application/json", text);
      assertThat(answer.statusCode()).as(text.substring(0, 9)).isEqualTo(400);
      assertThat(answer.body()).contains("is not JSON");
    }
  }

  @Test
  void aNulInATextIsRefused() throws Exception {
    HttpResponse<String> signIn =
        post(
            "/v1/sessions",
            "application/json",
            "{\"email\": \"a\\u0000b@example.org\", \"password\": \"x\"}");
    assertThat(signIn.statusCode()).isEqualTo(400);
    assertThat(signIn.body()).contains("\"field\":\"email\"", "must not contain the character NUL");
    assertThatThrownBy(() -> server.admin().get("/v1/admin/customers?search=%00"))
        .isInstanceOfSatisfying(ApiProblem.class, e -> assertThat(e.status()).isEqualTo(400));
  }

  @Test
  void anOversizedBodyIsRefused() throws Exception {
    String large = "{\"name\": \"" + "a".repeat(300_000) + "\"}";
    HttpResponse<String> answer = post("/v1/customers", "application/json", large);
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("larger than 262144 bytes; send less at a time");
  }

  @Test
  void unknownPathsAndMethodsAreProblemsToo() throws Exception {
    HttpResponse<String> path = post("/v1/nothing", "application/json", "{}");
    assertThat(path.statusCode()).isEqualTo(404);
    assertThat(path.body()).contains("\"code\":\"no-such-path\"");
    HttpResponse<String> method = post("/v1/me", "application/json", "{}");
    assertThat(method.statusCode()).isEqualTo(405);
    assertThat(method.body()).contains("\"code\":\"no-such-method\"");
  }

  @Test
  void withoutATokenNothingIsShown() {
    assertThatThrownBy(() -> server.client().get("/v1/me"))
        .isInstanceOfSatisfying(ApiProblem.class, e -> assertThat(e.status()).isEqualTo(401));
    assertThatThrownBy(() -> server.client().withToken("x").get("/v1/me"))
        .isInstanceOfSatisfying(ApiProblem.class, e -> assertThat(e.status()).isEqualTo(401));
  }

  @Test
  void signInIsRefusedForAWhileAfterTenFailures() {
    server.client().post("/v1/customers", ada("mallory@example.org"));
    Map<String, Object> wrong = Map.of("email", "nobody@example.org", "password", "wrong");
    try (TestServer other = TestServer.start()) {
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> other.client().post("/v1/sessions", wrong))
            .isInstanceOfSatisfying(ApiProblem.class, e -> assertThat(e.status()).isEqualTo(401));
      }
      assertThatThrownBy(() -> other.client().post("/v1/sessions", wrong))
          .isInstanceOfSatisfying(ApiProblem.class, e -> assertThat(e.status()).isEqualTo(429));
    }
  }

  @Test
  void theTrialsClockMovesForAdminsOnly() {
    try (TestServer trial = TestServer.start()) {
      assertThat(trial.client().get("/v1/clock").path("now").asText())
          .isEqualTo("2026-01-01T00:00:00Z");
      trial.admin().post("/v1/admin/clock/advance", Map.of("by", "P1M"));
      assertThat(trial.client().get("/v1/clock").path("now").asText())
          .isEqualTo("2026-02-01T00:00:00Z");
      assertThatThrownBy(() -> trial.client().post("/v1/admin/clock/advance", Map.of("by", "P1D")))
          .isInstanceOfSatisfying(ApiProblem.class, e -> assertThat(e.status()).isEqualTo(401));
      assertThatThrownBy(() -> trial.admin().post("/v1/admin/clock/advance", Map.of("by", "-P1D")))
          .hasMessageContaining("not forward");
      assertThatThrownBy(() -> trial.admin().post("/v1/admin/clock/advance", Map.of("by", "soon")))
          .hasMessageContaining("such as P1M, P7D or PT12H");
    }
  }

  @Test
  void inProductionThereIsNoClockToMove() {
    try (TestServer real =
        TestServer.start(
            TestServer.settings()
                .option(ConfigKey.MODE, "production", "test")
                .option(ConfigKey.TRIAL_CLOCK_START, "", "test")
                .option(ConfigKey.TRIAL_CLOCK_STANDS, "false", "test"))) {
      assertThat(real.server().services().trial()).isEmpty();
      assertThatThrownBy(() -> real.admin().post("/v1/admin/clock/advance", Map.of("by", "P1M")))
          .isInstanceOfSatisfying(ApiProblem.class, e -> assertThat(e.status()).isEqualTo(404));
      assertThatThrownBy(() -> real.client().get("/v1/clock"))
          .isInstanceOfSatisfying(ApiProblem.class, e -> assertThat(e.status()).isEqualTo(404));
    }
  }
}
