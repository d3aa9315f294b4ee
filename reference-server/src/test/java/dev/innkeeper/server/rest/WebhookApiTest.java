package dev.innkeeper.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.client.ApiProblem;
import dev.innkeeper.server.config.ConfigKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WebhookApiTest {
  private static final String ROOT = "/v1/admin/webhooks";
  private static TestServer server;
  private static ApiClient admin;
  private static HttpServer receiver;
  private static final AtomicInteger answer = new AtomicInteger(200);
  private static final List<Got> received = Collections.synchronizedList(new ArrayList<>());

  private record Got(String id, String timestamp, String signature, String body) {
    String expected(String secret) throws Exception {
      byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      String signed = id + "." + timestamp + "." + body;
      return "v1,"
          + Base64.getEncoder()
              .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.start();
    admin = server.admin();
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 20);
    receiver.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          received.add(
              new Got(
                  exchange.getRequestHeaders().getFirst("webhook-id"),
                  exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                  exchange.getRequestHeaders().getFirst("webhook-signature"),
                  body));
          exchange.sendResponseHeaders(answer.get(), -1);
          exchange.close();
        });
    receiver.start();
  }

  @AfterAll
  static void stop() {
    receiver.stop(0);
    server.close();
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
  }

  /** Moves the trial's clock: what is due is done on the way. */
  private static void letTimePass() {
    JsonNode unused = admin.post("/v1/admin/clock/advance", Map.of("by", "PT1M"));
  }

  private static List<Got> of(String email) {
    return received.stream().filter(got -> got.body().contains(email)).toList();
  }

  private static void signUp(String email) {
    JsonNode unused =
        server
            .client()
            .post(
                "/v1/customers",
                Map.of("name", "Ada", "email", email, "password", "a good password"));
  }

  @Test
  void anAdminAddsTestsRotatesDisablesAndRemovesAWebhook() throws Exception {
    JsonNode made =
        admin.post(
            ROOT,
            Map.of("url", url("/a"), "eventTypes", List.of("customer.*"), "description", "CRM"),
            "add-1");
    String secret = made.path("secret").asText();
    String path = ROOT + "/" + made.path("webhook").path("id").asText();
    assertThat(secret).startsWith("whsec_");
    JsonNode repeat =
        admin.post(
            ROOT,
            Map.of("url", url("/a"), "eventTypes", List.of("customer.*"), "description", "CRM"),
            "add-1");
    assertThat(repeat.path("webhook")).isEqualTo(made.path("webhook"));
    assertThat(repeat.path("secret").isNull()).isTrue();

    signUp("first@example.org");
    letTimePass();
    Got got = of("first@example.org").get(0);
    assertThat(got.signature()).isEqualTo(got.expected(secret));
    JsonNode attempts = admin.get(path + "/attempts").path("items");
    assertThat(attempts.get(0).path("delivered").asBoolean()).isTrue();
    assertThat(attempts.get(0).path("statusCode").asInt()).isEqualTo(200);

    JsonNode rotated = admin.post(path + "/rotate", Map.of("overlapHours", 1));
    String fresh = rotated.path("secret").asText();
    assertThat(admin.post(path + "/test", Map.of()).path("delivered").asBoolean()).isTrue();
    Got test = received.get(received.size() - 1);
    assertThat(test.signature()).contains(test.expected(secret), test.expected(fresh));

    assertThatThrownBy(() -> admin.delete(path))
        .isInstanceOf(ApiProblem.class)
        .hasMessageContaining("disable");
    assertThat(
            admin
                .post(path + "/disable", Map.of("reason", "moving"))
                .path("disabledReason")
                .asText())
        .isEqualTo("moving");
    signUp("second@example.org");
    letTimePass();
    assertThat(of("second@example.org")).isEmpty();
    JsonNode waiting = admin.get(path).path("status");
    assertThat(waiting.path("customersWaiting").asInt()).isEqualTo(1);
    JsonNode enabled = admin.post(path + "/enable", Map.of());
    assertThat(enabled.path("disabledReason").isNull()).isTrue();
    letTimePass();
    assertThat(of("second@example.org")).hasSize(1);

    JsonNode queued =
        admin.post(
            path + "/replay",
            Map.of("from", "2026-01-01T00:00:00Z", "until", "2027-01-01T00:00:00Z"));
    assertThat(queued.path("queued").asInt()).isGreaterThanOrEqualTo(2);
    letTimePass();
    assertThat(of("second@example.org")).hasSize(2);
    assertThat(of("second@example.org").stream().map(Got::id).distinct()).hasSize(1);

    JsonNode off = admin.post(path + "/disable", Map.of("reason", "over"));
    assertThat(off.path("disabledReason").asText()).isEqualTo("over");
    assertThat(admin.delete(path).path("removed").asBoolean()).isTrue();
    assertThatThrownBy(() -> admin.get(path))
        .isInstanceOfSatisfying(ApiProblem.class, p -> assertThat(p.status()).isEqualTo(404));
  }

  @Test
  void whatIsNotTakenIsParkedAndSentAgainOnRequest() {
    String path =
        ROOT + "/" + admin.post(ROOT, Map.of("url", url("/b"))).path("webhook").path("id").asText();
    answer.set(503);
    signUp("parked@example.org");
    for (int i = 0; i < 30; i++) {
      JsonNode unused = admin.post("/v1/admin/clock/advance", Map.of("by", "PT10H"));
    }
    JsonNode parked = admin.get(path + "/parked").path("items");
    assertThat(parked).isNotEmpty();
    assertThat(parked.get(0).path("lastError").asText()).isEqualTo("answered 503");
    assertThat(parked.get(0).path("attempts").asInt()).isEqualTo(12);
    answer.set(200);
    int before = of("parked@example.org").size();
    assertThat(admin.post(path + "/replay", Map.of()).path("queued").asInt()).isPositive();
    letTimePass();
    assertThat(of("parked@example.org")).hasSize(before + 1);
    assertThat(admin.get(path + "/parked").path("items")).isEmpty();
    JsonNode unused = admin.post(path + "/disable", Map.of("reason", "over"));
  }

  @Test
  void wrongRequestsAreToldWhatWouldBeRight() {
    assertThatThrownBy(() -> admin.post(ROOT, Map.of("url", "ftp://example.org")))
        .isInstanceOf(ApiProblem.class)
        .hasMessageContaining("https://");
    assertThatThrownBy(() -> admin.post(ROOT, Map.of("url", url("/c"), "eventTypes", "all")))
        .isInstanceOf(ApiProblem.class)
        .hasMessageContaining("list");
    assertThatThrownBy(() -> server.client().get(ROOT))
        .isInstanceOfSatisfying(ApiProblem.class, p -> assertThat(p.status()).isEqualTo(401));
    try (TestServer strict =
        TestServer.start(
            TestServer.settings().option(ConfigKey.WEBHOOKS_TARGETS, "public", "test"))) {
      assertThatThrownBy(() -> strict.admin().post(ROOT, Map.of("url", "https://127.0.0.1/x")))
          .isInstanceOf(ApiProblem.class)
          .hasMessageContaining("not public");
    }
  }

  @Test
  void eventTypesAreThereWithTheirSchemas() {
    JsonNode types = server.client().get("/v1/event-types").path("items");
    assertThat(types.size()).isGreaterThan(30);
    for (JsonNode type : types) {
      assertThat(type.path("description").asText()).isNotEmpty();
      JsonNode schema =
          server.client().get("/v1/event-types/" + type.path("type").asText() + "/schema");
      assertThat(schema.path("properties").has("customerId")).isTrue();
    }
    assertThatThrownBy(() -> server.client().get("/v1/event-types/no.such/schema"))
        .isInstanceOfSatisfying(ApiProblem.class, p -> assertThat(p.status()).isEqualTo(404));
  }

  @Test
  void theLogOfEventsIsPagedFromTheLatestBack() {
    signUp("log1@example.org");
    signUp("log2@example.org");
    JsonNode first = admin.get("/v1/admin/events?type=customer.registered&limit=1");
    assertThat(first.path("items")).hasSize(1);
    JsonNode second =
        admin.get(
            "/v1/admin/events?type=customer.registered&limit=1&after="
                + first.path("next").asText());
    assertThat(second.path("items").get(0).path("id"))
        .isNotEqualTo(first.path("items").get(0).path("id"));
    assertThatThrownBy(() -> admin.get("/v1/admin/events?after=x")).isInstanceOf(ApiProblem.class);
    assertThat(admin.get("/v1/admin/parked-events").path("items")).isEmpty();
    assertThat(admin.post("/v1/admin/parked-events/replay", Map.of()).path("queued").asInt())
        .isZero();
  }

  /** The clock process is down, and somebody is told. */
  @Test
  void whenNobodyDoesDueWorkAMonitorIsTold() {
    letTimePass();
    assertThat(server.client().get("/v1/health/work").path("status").asText()).isEqualTo("ok");
    assertThat(admin.get("/v1/admin/work").path("items").size()).isGreaterThan(8);
    try (InnkeeperServer idle =
        InnkeeperServer.start(TestServer.settings().read(), InnkeeperServer.Work.ON_REQUEST)) {
      assertThatThrownBy(() -> ApiClient.of(idle.url()).get("/v1/health/work"))
          .isInstanceOfSatisfying(ApiProblem.class, p -> assertThat(p.status()).isEqualTo(503));
      assertThat(ApiClient.of(idle.url()).isUp()).as("it answers all the same").isTrue();
    }
  }
}
