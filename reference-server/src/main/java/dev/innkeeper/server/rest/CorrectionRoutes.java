package dev.innkeeper.server.rest;

import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.NewCreditNote;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** What operators do about invoices that are issued: they take them back, or give up on them. */
final class CorrectionRoutes {
  private static final String ONE = "/v1/admin/customers/{id}/invoices/{invoice}";

  private final Services services;
  private final Requests requests;

  /** One of the engine's commands on an invoice. */
  private interface Command {
    Invoice run(Invoices invoices, UUID customerId, UUID invoiceId, String reason);
  }

  CorrectionRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(ONE, Caller.ADMIN, "A customer's invoice.", this::show),
        Endpoint.command(
                ONE + "/credit-notes",
                Caller.ADMIN,
                "Takes an invoice back, or parts of its lines, by a credit note.",
                this::credit)
            .withFields("reason!", "amounts"),
        withReason(
            "/void",
            "Takes back an open invoice on which nothing was paid or credited.",
            Invoices::voidInvoice),
        withReason(
            "/write-off", "Gives up on what is open of an invoice.", Invoices::markUncollectible),
        withReason(
            "/reinstate",
            "Takes up again what was given up: it is owed again.",
            Invoices::reinstate));
  }

  private Endpoint withReason(String path, String summary, Command command) {
    return Endpoint.post(
            ONE + path,
            Caller.ADMIN,
            summary,
            ctx -> {
              JsonBody body = requests.body(ctx);
              String reason = body.text("reason");
              body.check();
              Invoice invoice =
                  command.run(
                      services.engine().invoices(),
                      requests.id(ctx, "id"),
                      requests.id(ctx, "invoice"),
                      reason);
              services.doDueWork().run();
              requests.write(ctx, 200, InvoiceJson.of(invoice));
            })
        .withFields("reason!");
  }

  private Invoice invoice(Context ctx) {
    return services.engine().invoices().get(requests.id(ctx, "id"), requests.id(ctx, "invoice"));
  }

  private void show(Context ctx) {
    requests.write(ctx, 200, InvoiceJson.of(invoice(ctx)));
  }

  private void credit(Context ctx) {
    Invoice invoice = invoice(ctx);
    JsonBody body = requests.body(ctx);
    String reason = body.text("reason");
    Map<String, String> amounts = body.texts("amounts");
    body.check();
    NewCreditNote wanted =
        NewCreditNote.ofLines(
            invoice.customerId(), invoice.id(), byPosition(amounts, invoice.currency()), reason);
    Invoice note = services.engine().invoices().creditNote(wanted, requests.key(ctx));
    services.doDueWork().run();
    requests.write(ctx, 201, InvoiceJson.of(note));
  }

  private static Map<Integer, Amount> byPosition(Map<String, String> amounts, Currency currency) {
    Map<Integer, Amount> byPosition = new TreeMap<>();
    amounts.forEach(
        (position, text) -> {
          String field = "amounts[" + position + "]";
          if (!position.matches("[1-9][0-9]{0,4}")) {
            throw new InvalidInput(
                field, "is no line; name lines by their position, such as {\"1\": \"12.00\"}");
          }
          byPosition.put(Integer.valueOf(position), Amount.parse(field, text, currency));
        });
    return byPosition;
  }
}
