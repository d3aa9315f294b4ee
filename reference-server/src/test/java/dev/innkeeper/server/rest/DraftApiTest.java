package dev.innkeeper.server.rest;

import static dev.innkeeper.server.rest.Refusals.requireRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Invoices that an operator writes by hand, by REST. */
class DraftApiTest {
  private static TestServer server;
  private static ApiClient admin;

  private ApiClient ada;
  private String drafts;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    admin = server.admin();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void signUp() {
    TestServer.SignedUp signedUp = server.signUp("Ada");
    ada = signedUp.client();
    drafts = "/v1/admin/customers/" + signedUp.id() + "/invoice-drafts";
  }

  private static Map<String, Object> lines(Map<?, ?>... lines) {
    return Map.of("lines", List.of(lines));
  }

  private static List<String> ids(JsonNode list) {
    return list.path("items").findValuesAsText("id");
  }

  @Test
  void aDraftIsWrittenChangedAndIssuedOnce() {
    Map<String, Object> wanted =
        Map.of(
            "lines",
            List.of(
                Map.of("description", "Work", "quantity", "1.5", "unit", "hour", "unitPrice", "80"),
                Map.of("description", "Friends' discount", "unitPrice", "-20.00")),
            "note",
            "Thanks");
    JsonNode draft = admin.post(drafts, wanted, "one");
    String one = drafts + "/" + draft.path("id").asText();
    assertThat(admin.post(drafts, wanted, "one").path("id")).isEqualTo(draft.path("id"));
    assertThat(ids(admin.get(drafts))).containsExactly(draft.path("id").asText());
    assertThat(ids(admin.get("/v1/admin/invoice-drafts?limit=1")))
        .containsExactly(draft.path("id").asText());
    assertThat(admin.get(one).at("/invoice/total/amount").asText()).isEqualTo("100.00");
    assertThat(admin.get(one).at("/invoice/number").isNull()).isTrue();
    assertThat(ada.get("/v1/invoices").path("items")).isEmpty();

    Map<String, Object> changed =
        Map.of(
            "revision",
            1,
            "lines",
            List.of(Map.of("description", "Work", "unitPrice", "99.90")),
            "dueDate",
            "2026-01-31");
    assertThat(admin.post(one, changed).path("revision").asInt()).isEqualTo(2);
    requireRefused(() -> admin.post(one, changed), 409, "at revision 2");

    JsonNode issued = admin.post(one + "/issue", Map.of());
    assertThat(issued.at("/total/amount").asText()).isEqualTo("99.90");
    assertThat(issued.path("number").asText()).startsWith("INV-2026-");
    assertThat(admin.post(one + "/issue", Map.of()).path("number"))
        .isEqualTo(issued.path("number"));
    assertThat(ada.get("/v1/wallet").at("/owed/amount").asText()).isEqualTo("99.90");
    assertThat(ids(admin.get(drafts))).isEmpty();
  }

  @Test
  void aDiscardedDraftIsGoneAndOwedByNobody() {
    JsonNode draft =
        admin.post(drafts, lines(Map.of("description", "Oops", "unitPrice", "5.00")), "one");
    String one = drafts + "/" + draft.path("id").asText();
    admin.delete(one);
    requireRefused(() -> admin.delete(one), 404, "no invoice draft");
    requireRefused(() -> admin.post(one + "/issue", Map.of()), 404, "no invoice draft");
    assertThat(ada.get("/v1/wallet").at("/owed/amount").asText()).isEqualTo("0.00");
  }

  @Test
  void everyFieldAtFaultIsNamed() {
    requireRefused(
        () ->
            admin.post(
                drafts,
                Map.of(
                    "lines",
                    List.of(
                        Map.of("description", "Work", "unitPrice", 80),
                        Map.of("unitPrice", "much", "prize", "1")),
                    "dueDate",
                    "soon")),
        400,
        "lines[0].unitPrice: must be a text in quotes, \"80\"",
        "lines[1].description: is missing",
        "lines[1].unitPrice: must be a number in quotes",
        "lines[1].prize: is not a field",
        "dueDate: must be a day such as 2026-01-31");
    requireRefused(() -> admin.post(drafts, Map.of()), 400, "lines: is missing");
    requireRefused(() -> admin.post(drafts, Map.of("lines", List.of("x"))), 400, "list of at most");
    requireRefused(
        () ->
            admin.post(
                drafts, lines(Map.of("description", "Work", "unitPrice", "1", "quantity", "-1"))),
        400,
        "lines[0].quantity: must be above zero");
    requireRefused(
        () -> admin.post(drafts + "/" + UUID.randomUUID(), Map.of("lines", List.of())),
        400,
        "revision: is missing");
    assertThat(ids(admin.get(drafts))).isEmpty();
  }

  @Test
  void aDraftThatComesToNothingIsNotIssued() {
    JsonNode draft =
        admin.post(drafts, lines(Map.of("description", "Gift", "unitPrice", "-5.00")), "one");
    String one = drafts + "/" + draft.path("id").asText();
    requireRefused(() -> admin.post(one + "/issue", Map.of()), 400, "more than zero");
    assertThat(ids(admin.get(drafts))).hasSize(1);
  }

  @Test
  void customersCantReachThem() {
    requireRefused(() -> ada.get(drafts), 403, "for admins");
    requireRefused(() -> ada.get("/v1/admin/invoice-drafts"), 403, "for admins");
  }
}
