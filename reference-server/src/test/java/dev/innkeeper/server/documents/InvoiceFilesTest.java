package dev.innkeeper.server.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.NewCreditNote;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.cli.InnkeeperCommand;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.store.StartProblem;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvoiceFilesTest {
  private static TestServer server;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            TestServer.settings()
                .option(ConfigKey.SELLER_NAME, "Gasthaus GmbH", "test")
                .option(ConfigKey.SELLER_COUNTRY, "DE", "test")
                .option(ConfigKey.SELLER_REGISTRATION, "HRB 12345", "test"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Somebody with an invoice and the token to ask for it. */
  private record Owner(UUID id, String token, Invoice invoice) {}

  private static Owner owner() {
    TestServer.SignedUp ada = server.signUp("Ada <b>");
    return new Owner(ada.id(), ada.token(), invoice(ada.id()));
  }

  private static Invoice invoice(UUID customerId) {
    return engine()
        .invoices()
        .custom(
            new NewInvoice(
                customerId,
                Currency.EUR,
                List.of(NewInvoice.Line.of("Set-up", new BigDecimal("12.50"))),
                null,
                null),
            UUID.randomUUID().toString());
  }

  private static BillingEngine engine() {
    return server.server().services().engine();
  }

  private static HttpResponse<byte[]> get(String path, String token) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Authorization", "Bearer " + token)
                .build(),
            BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<byte[]> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void aCustomerGetsTheirInvoiceAsFiles() throws Exception {
    Owner ada = owner();
    String path = "/v1/invoices/" + ada.invoice().id();

    HttpResponse<byte[]> pdf = get(path + "/pdf", ada.token());
    assertThat(pdf.statusCode()).isEqualTo(200);
    assertThat(new String(pdf.body(), 0, 5, StandardCharsets.US_ASCII)).isEqualTo("%PDF-");
    assertThat(header(pdf, "Content-Type")).startsWith("application/pdf");
    assertThat(header(pdf, "Content-Disposition"))
        .isEqualTo("attachment; filename=\"" + ada.invoice().number() + ".pdf\"");
    assertThat(header(pdf, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(pdf, "Cache-Control")).isEqualTo("no-store");

    HttpResponse<byte[]> html = get(path + "/html", ada.token());
    assertThat(header(html, "Content-Type")).startsWith("text/html").endsWith("utf-8");
    assertThat(header(html, "Content-Security-Policy")).contains("sandbox", "default-src 'none'");
    assertThat(new String(html.body(), StandardCharsets.UTF_8))
        .contains("Ada &lt;b&gt;", "Gasthaus GmbH", "12.50")
        .doesNotContain("Ada <b>");
  }

  @Test
  void someoneElsesInvoiceIsNotFoundInAnyForm() throws Exception {
    Owner ada = owner();
    Owner eve = owner();
    for (InvoiceForm form : InvoiceForm.values()) {
      HttpResponse<byte[]> answer =
          get("/v1/invoices/" + ada.invoice().id() + "/" + form.path(), eve.token());
      assertThat(answer.statusCode()).as(form.path()).isEqualTo(404);
      assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
    }
  }

  @Test
  void nothingIsRenderedBeforeItIsClearWhoseInvoiceItIs() {
    Owner ada = owner();
    Owner eve = owner();
    AtomicInteger rendered = new AtomicInteger();
    InvoiceFiles files =
        new InvoiceFiles(
            engine(),
            (form, document) -> {
              rendered.incrementAndGet();
              return new byte[0];
            });

    for (InvoiceForm form : InvoiceForm.values()) {
      assertThatThrownBy(() -> files.get(eve.id(), ada.invoice().id(), form))
          .isInstanceOf(NotFound.class);
      assertThatThrownBy(() -> files.get(ada.id(), UUID.randomUUID(), form))
          .isInstanceOf(NotFound.class);
    }
    assertThat(rendered).hasValue(0);
    assertThat(files.get(ada.id(), ada.invoice().id(), InvoiceForm.PDF).name())
        .isEqualTo(ada.invoice().number() + ".pdf");
    assertThat(rendered).hasValue(1);
  }

  @Test
  void anElectronicInvoiceSaysWhatItLacks() throws Exception {
    Owner ada = owner();

    HttpResponse<byte[]> answer =
        get("/v1/invoices/" + ada.invoice().id() + "/factur-x", ada.token());

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .contains("electronic-invoice-impossible", "the buyer's country is missing");
  }

  /** The libraries that the run-time class path leaves out are really not needed. */
  @Test
  void aCreditNoteAndItsInvoiceAreFacturX() throws Exception {
    UUID id =
        engine()
            .customers()
            .register(
                dev.innkeeper.billing.customer.NewCustomer.named(
                        "Jo", UUID.randomUUID() + "@example.org", Currency.EUR)
                    .withLanguage("fr")
                    .withAddress(
                        new dev.innkeeper.billing.customer.Address(
                            "1 rue du Bac", "75007", "Paris", "FR")),
                UUID.randomUUID().toString())
            .id();
    Invoice invoice = invoice(id);
    Invoice note =
        engine()
            .invoices()
            .creditNote(NewCreditNote.ofAll(id, invoice.id(), "Erreur"), "credit-" + id);

    for (Invoice one : List.of(invoice, note)) {
      byte[] file =
          server
              .admin()
              .getFile("/v1/admin/customers/" + id + "/invoices/" + one.id() + "/factur-x");
      assertThat(new String(file, StandardCharsets.ISO_8859_1)).contains("factur-x.xml");
    }
    assertThat(
            new String(
                server
                    .admin()
                    .getFile("/v1/admin/customers/" + id + "/invoices/" + note.id() + "/xml"),
                StandardCharsets.UTF_8))
        .contains("<ram:TypeCode>381<", invoice.number());
  }

  @Test
  void theCommandLineSavesAPdf() throws Exception {
    Owner ada = owner();
    String data = server.server().services().config().dataFolder().toString();
    Path file = folder.resolve("out.pdf");

    int code =
        InnkeeperCommand.execute(
            "invoice",
            "file",
            ada.id().toString(),
            ada.invoice().number(),
            "--pdf",
            file.toString(),
            "--data",
            data);

    assertThat(code).isZero();
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).startsWith("%PDF-");
    assertThat(
            InnkeeperCommand.execute(
                "invoice", "file", ada.id().toString(), "NO-1", "--pdf", "x", "--data", data))
        .isEqualTo(1);
  }

  @Test
  void aTemplateAtFaultStopsTheStartNamingFileAndLine() throws Exception {
    Files.writeString(folder.resolve("seller.html"), "<p>\n{{seller.nmae}}</p>\n");
    ServerConfig config =
        TestServer.settings().option(ConfigKey.DOCUMENTS_TEMPLATES, folder, "test").read();

    assertThatThrownBy(() -> InnkeeperServer.start(config))
        .isInstanceOf(StartProblem.class)
        .hasMessageContaining("seller.html:2")
        .hasMessageContaining("nmae");
  }
}
