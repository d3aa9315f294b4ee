package dev.innkeeper.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.TestServer.SignedUp;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.client.ApiProblem;
import dev.innkeeper.server.config.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that was told rates of tax puts them on invoices and into the ledger. */
class TaxApiTest {
  @TempDir private static Path folder;

  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    Path rates =
        Files.writeString(
            folder.resolve("tax.yaml"),
            """
            rates:
              - {country: DE, from: 2007-01-01, percent: 19}
              - {country: DE, class: reduced, from: 2007-01-01, percent: 7}
            """);
    server =
        TestServer.start(
            TestServer.settings()
                .option(ConfigKey.SELLER_COUNTRY, "DE", "test")
                .option(ConfigKey.SELLER_VAT_ID, "DE136695976", "test")
                .option(ConfigKey.TAX_FILE, rates, "test"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static SignedUp signUp(Map<String, String> details) {
    return server.signUp("Ada", UUID.randomUUID() + "@example.org", details);
  }

  private static JsonNode invoiced(SignedUp customer, Map<?, ?>... lines) {
    ApiClient admin = server.admin();
    String drafts = "/v1/admin/customers/" + customer.id() + "/invoice-drafts";
    String draft = admin.post(drafts, Map.of("lines", List.of(lines))).path("id").asText();
    JsonNode issued = admin.post(drafts + "/" + draft + "/issue", Map.of());
    return customer.client().get("/v1/invoices/" + issued.path("id").asText());
  }

  private static String amount(JsonNode invoice, String field) {
    return invoice.path(field).path("amount").asText();
  }

  @Test
  void anInvoiceCarriesTheTaxOfItsClassesRoundedOnceForEachRate() {
    JsonNode invoice =
        invoiced(
            signUp(Map.of("country", "DE")),
            Map.of("description", "Work", "unitPrice", "10.03"),
            Map.of("description", "More work", "unitPrice", "10.03"),
            Map.of("description", "A book", "unitPrice", "20.00", "taxClass", "reduced"));
    assertThat(amount(invoice, "net")).isEqualTo("40.06");
    // 19 % of 20.06 is 3.8114, 7 % of 20.00 is 1.40.
    assertThat(amount(invoice, "tax")).isEqualTo("5.21");
    assertThat(amount(invoice, "total")).isEqualTo("45.27");
    assertThat(invoice.at("/lines/0/taxPercent").asText()).isEqualTo("19");
    assertThat(invoice.at("/lines/2/taxPercent").asText()).isEqualTo("7");
    JsonNode balance = server.admin().get("/v1/admin/trial-balance");
    assertThat(balance.path("balanced").asBoolean()).isTrue();
    assertThat(balance.path("rows").findValuesAsText("code")).contains("tax/de");
  }

  @Test
  void aCompanyElsewhereInTheUnionOwesItItself() {
    JsonNode invoice =
        invoiced(
            signUp(Map.of("country", "AT", "company", "Söhne", "vatId", "ATU13585627")),
            Map.of("description", "Work", "unitPrice", "100.00"));
    assertThat(amount(invoice, "tax")).isEqualTo("0.00");
    assertThat(amount(invoice, "total")).isEqualTo("100.00");
    assertThat(invoice.at("/buyer/vatId").asText()).isEqualTo("ATU13585627");
  }

  @Test
  void aWrongVatIdIsRefusedAtSignUpRatherThanTaxed() {
    Map<String, Map<String, String>> wrong =
        Map.of(
            "vatId: is no VAT id", Map.of("country", "AT", "company", "Söhne", "vatId", "ATU1"),
            "vatId: is of AT", Map.of("country", "DE", "company", "Söhne", "vatId", "ATU13585627"),
            "country: is missing", Map.of("company", "Söhne", "vatId", "ATU13585627"),
            "company: is missing", Map.of("country", "AT", "vatId", "ATU13585627"),
            "country: must be a country's two letters", Map.of("country", "Austria"));
    wrong.forEach(
        (told, details) ->
            assertThatThrownBy(() -> signUp(details))
                .isInstanceOfSatisfying(
                    ApiProblem.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessageContaining(told));
  }
}
