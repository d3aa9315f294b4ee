package dev.innkeeper.server.rest;

import static dev.innkeeper.server.rest.Refusals.requireRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators do about invoices that are issued, by REST. */
class CorrectionApiTest {
  private static TestServer server;
  private static ApiClient admin;

  private ApiClient ada;
  private String customer;

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
    customer = "/v1/admin/customers/" + signedUp.id();
  }

  /** An invoice of two lines over 30.00; returns its path. */
  private String issued() {
    JsonNode draft =
        admin.post(
            customer + "/invoice-drafts",
            Map.of(
                "lines",
                List.of(
                    Map.of("description", "Work", "unitPrice", "20.00"),
                    Map.of("description", "Travel", "unitPrice", "10.00"))),
            "draft");
    String id = draft.path("id").asText();
    JsonNode unused = admin.post(customer + "/invoice-drafts/" + id + "/issue", Map.of());
    return customer + "/invoices/" + id;
  }

  private static Map<String, String> because(String reason) {
    return Map.of("reason", reason);
  }

  private String owed() {
    return ada.get("/v1/wallet").at("/owed/amount").asText();
  }

  @Test
  void aPartAndThenTheRestIsTakenBackOnce() {
    String invoice = issued();
    Map<String, Object> part = Map.of("reason", "Too dear", "amounts", Map.of("1", "5.00"));
    JsonNode note = admin.post(invoice + "/credit-notes", part, "part");
    assertThat(note.path("kind").asText()).isEqualTo("CREDIT_NOTE");
    assertThat(note.at("/total/amount").asText()).isEqualTo("5.00");
    assertThat(note.path("note").asText()).isEqualTo("Too dear");
    assertThat(admin.post(invoice + "/credit-notes", part, "part").path("id"))
        .isEqualTo(note.path("id"));
    assertThat(owed()).isEqualTo("25.00");
    assertThat(admin.get(invoice).at("/credited/amount").asText()).isEqualTo("5.00");
    requireRefused(
        () ->
            admin.post(
                invoice + "/credit-notes",
                Map.of("reason", "More", "amounts", Map.of("1", "15.01")),
                "more"),
        400,
        "amounts[1]",
        "15.00 EUR is left to take back");
    assertThat(
            admin
                .post(invoice + "/credit-notes", because("All of it"), "rest")
                .at("/total/amount")
                .asText())
        .isEqualTo("25.00");
    assertThat(owed()).isEqualTo("0.00");
    requireRefused(
        () -> admin.post(invoice + "/credit-notes", because("Again"), "again"),
        422,
        "nothing is left to take back");
  }

  @Test
  void everyFieldAtFaultIsNamed() {
    String invoice = issued();
    requireRefused(() -> admin.post(invoice + "/credit-notes", Map.of(), "k"), 400, "reason");
    requireRefused(
        () ->
            admin.post(
                invoice + "/credit-notes",
                Map.of("reason", "x", "amounts", Map.of("first", "1.00")),
                "k"),
        400,
        "amounts[first]",
        "by their position");
    requireRefused(
        () ->
            admin.post(
                invoice + "/credit-notes",
                Map.of("reason", "x", "amounts", Map.of("3", "1.00")),
                "k"),
        400,
        "amounts[3]",
        "no such line");
    requireRefused(
        () ->
            admin.post(
                invoice + "/credit-notes",
                Map.of("reason", "x", "amounts", Map.of("1", "1.001")),
                "k"),
        400,
        "amounts[1]");
    requireRefused(() -> admin.post(invoice + "/void", Map.of()), 400, "reason");
    assertThat(owed()).isEqualTo("30.00");
  }

  @Test
  void anInvoiceIsVoidedOnlyWhileNothingHappenedToIt() {
    String invoice = issued();
    assertThat(admin.post(invoice + "/void", because("Wrong")).path("status").asText())
        .isEqualTo("VOID");
    assertThat(admin.post(invoice + "/void", because("Wrong")).path("status").asText())
        .isEqualTo("VOID");
    assertThat(owed()).isEqualTo("0.00");
    requireRefused(
        () -> admin.post(invoice + "/credit-notes", because("x"), "k"), 422, "this is void");
  }

  @Test
  void whatIsGivenUpCanBeTakenUpAgain() {
    String invoice = issued();
    assertThat(admin.post(invoice + "/write-off", because("Gone")).path("status").asText())
        .isEqualTo("UNCOLLECTIBLE");
    assertThat(owed()).isEqualTo("0.00");
    JsonNode back = admin.post(invoice + "/reinstate", because("Back"));
    assertThat(back.path("status").asText()).isEqualTo("OPEN");
    assertThat(owed()).isEqualTo("30.00");
  }

  @Test
  void onlyAdminsCorrectAndOnlyTheCustomersOwn() {
    String invoice = issued();
    requireRefused(() -> ada.post(invoice + "/void", because("Mine")), 403, "admin");
    requireRefused(() -> ada.post(invoice + "/credit-notes", because("Mine"), "k"), 403, "admin");
    String eves =
        "/v1/admin/customers/"
            + server.signUp("Eve").id()
            + invoice.substring(invoice.indexOf("/invoices"));
    requireRefused(() -> admin.get(eves), 404, "no invoice");
    requireRefused(() -> admin.post(eves + "/void", because("x")), 404, "no invoice");
    requireRefused(() -> admin.post(eves + "/credit-notes", because("x"), "k"), 404, "no invoice");
  }
}
