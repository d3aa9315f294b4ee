package dev.innkeeper.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.server.InnkeeperServer;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** A billing run as an operator sees it: at the command line, by the API, and in metrics. */
class BillingCommandTest {
  private static final String CATALOG =
      """
      products:
        - code: site
          name: Site
          billing: in-advance
          prices:
            - currency: EUR
              effective: 2025-01-01T00:00:00Z
              components:
                - {code: base, name: Base, per: month, price: 5.00}
      """;

  private static String run(String... arguments) {
    PrintStream out = System.out;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    try {
      assertThat(InnkeeperCommand.execute(arguments)).isZero();
      return output.toString(StandardCharsets.UTF_8);
    } finally {
      System.setOut(out);
    }
  }

  private static String metrics(InnkeeperServer server) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + "/metrics")).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  private static void customers(BillingEngine engine, int count) {
    engine.catalog().apply(CATALOG, "test");
    for (int i = 0; i < count; i++) {
      Customer customer =
          engine
              .customers()
              .register(
                  NewCustomer.named("C" + i, "c" + i + "@example.org", Currency.EUR), "c" + i);
      engine
          .subscriptions()
          .start(NewSubscription.of(customer.id(), "site", Currency.EUR), "s" + i);
    }
  }

  @Test
  void aRunIsPreviewedMadeAndTold() throws Exception {
    try (InnkeeperServer server =
        InnkeeperServer.start(TestServer.settings().read(), InnkeeperServer.Work.ON_REQUEST)) {
      String data = server.services().config().dataFolder().toString();
      customers(server.services().engine(), 3);
      assertThat(run("billing", "status", "--data", data)).startsWith("No run");
      assertThat(metrics(server)).contains("innkeeper_billing_runs_finished_total 0\n");
      assertThat(run("billing", "preview", "--data", data))
          .contains("Would be issued:", "15.00 EUR");
      String told = run("billing", "run", "--workers", "1", "--data", data);
      assertThat(told)
          .contains("invoices   3", "15.00 EUR", "The ledger's receivables say the same.");
      assertThat(run("billing", "status", "--data", data)).isEqualTo(told);
      assertThat(metrics(server))
          .contains(
              "# TYPE innkeeper_billing_run_invoices_total counter\n",
              "innkeeper_billing_run_invoices_total 3\n",
              "innkeeper_billing_run_customers_due 3\n",
              "innkeeper_billing_run_running 0\n");
      assertThat(run("billing", "run", "--data", data)).isEqualTo("Nobody was due.\n");
      ApiClient admin =
          ApiClient.of(server.url())
              .withToken(
                  Files.readString(
                          server
                              .services()
                              .config()
                              .dataFolder()
                              .resolve(InnkeeperServer.ADMIN_TOKEN_FILE))
                      .trim());
      JsonNode invoice = admin.get("/v1/admin/invoices").path("items").get(0);
      assertThat(invoice.path("paymentReference").asText()).matches("RF[0-9]{2}INV2026[0-9]{6}");
    }
  }
}
