package dev.innkeeper.server.rest;

import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.payment.PaymentMix;
import dev.innkeeper.server.documents.InvoiceAnswer;
import dev.innkeeper.server.documents.InvoiceForm;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/** A customer's invoices: to list, fetch and pay, never to delete. */
final class InvoiceRoutes {
  private static final List<String> SOURCES = List.of("voucher", "cash", "card");

  private final Services services;
  private final Requests requests;

  InvoiceRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    List<Endpoint> all = new ArrayList<>(asData());
    for (InvoiceForm form : InvoiceForm.values()) {
      all.add(
          Endpoint.get(
              "/v1/invoices/{id}/" + form.path(),
              Caller.CUSTOMER,
              "An invoice " + form.words() + ".",
              ctx -> file(ctx, requests.customer(ctx), requests.id(ctx, "id"), form)));
      all.add(
          Endpoint.get(
              "/v1/admin/customers/{id}/invoices/{invoice}/" + form.path(),
              Caller.ADMIN,
              "A customer's invoice " + form.words() + ".",
              ctx -> file(ctx, requests.id(ctx, "id"), requests.id(ctx, "invoice"), form)));
    }
    return all;
  }

  private void file(Context ctx, UUID customerId, UUID invoiceId, InvoiceForm form) {
    InvoiceAnswer.send(ctx, services.invoiceFiles().get(customerId, invoiceId, form));
  }

  private List<Endpoint> asData() {
    return List.of(
        Endpoint.get(
                "/v1/invoices",
                Caller.CUSTOMER,
                "The customer's invoices, newest first.",
                this::list)
            .paged(),
        Endpoint.get("/v1/invoices/{id}", Caller.CUSTOMER, "One invoice.", this::show),
        Endpoint.command(
                "/v1/invoices/{id}/pay",
                Caller.CUSTOMER,
                "Pays an invoice from voucher, cash and card, or from those named.",
                this::pay)
            .withFields("sources", "card"));
  }

  private void list(Context ctx) {
    UUID customerId = requests.customer(ctx);
    int limit = requests.limit(ctx);
    List<Invoice> found =
        services.engine().invoices().list(customerId, requests.cursorId(ctx), limit + 1);
    requests.page(ctx, found, limit, invoice -> invoice.id().toString(), InvoiceJson::of);
  }

  private void pay(Context ctx) {
    UUID customerId = requests.customer(ctx);
    JsonBody body = requests.body(ctx);
    List<PaymentSource> named =
        body.words("sources", SOURCES).stream().map(InvoiceRoutes::source).toList();
    Set<PaymentSource> sources = named.isEmpty() ? PaymentMix.ALL.sources() : EnumSet.copyOf(named);
    UUID card = body.optionalId("card");
    body.check();
    Invoice invoice =
        services
            .engine()
            .settlement()
            .pay(
                customerId,
                requests.id(ctx, "id"),
                new PaymentMix(sources, card),
                requests.key(ctx));
    services.doDueWork().run();
    requests.write(ctx, 200, InvoiceJson.of(invoice));
  }

  private static PaymentSource source(String word) {
    return PaymentSource.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private void show(Context ctx) {
    UUID customerId = requests.customer(ctx);
    Invoice invoice = services.engine().invoices().get(customerId, requests.id(ctx, "id"));
    requests.write(ctx, 200, InvoiceJson.of(invoice));
  }
}
