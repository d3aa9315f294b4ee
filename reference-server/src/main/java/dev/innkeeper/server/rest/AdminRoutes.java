package dev.innkeeper.server.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.billing.catalog.CatalogDiff;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.event.StoredEvent;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceQuery;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.ledger.TrialBalance;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** What an operator sees and does. */
final class AdminRoutes {
  private final Services services;
  private final Requests requests;

  AdminRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.post(
            "/v1/admin/catalog/plan",
            Caller.ADMIN,
            "What a catalog, sent as YAML, would change.",
            this::plan),
        Endpoint.post(
            "/v1/admin/catalog/apply",
            Caller.ADMIN,
            "Puts a catalog, sent as YAML, in force.",
            this::apply),
        Endpoint.get(
                "/v1/admin/customers",
                Caller.ADMIN,
                "Customers by name or address.",
                this::customers)
            .withQuery("search", "after", "limit"),
        Endpoint.get(
            "/v1/admin/customers/{id}",
            Caller.ADMIN,
            "A customer and what they run.",
            this::customer),
        Endpoint.get(
                "/v1/admin/customers/{id}/invoices",
                Caller.ADMIN,
                "A customer's invoices, newest first.",
                this::invoices)
            .paged(),
        Endpoint.get(
                "/v1/admin/invoices", Caller.ADMIN, "Everybody's invoices, by number.", this::all)
            .withQuery("status", "after", "limit"),
        Endpoint.get(
                "/v1/admin/customers/{id}/events",
                Caller.ADMIN,
                "What happened to a customer, oldest first.",
                this::events)
            .paged(),
        Endpoint.get(
            "/v1/admin/trial-balance",
            Caller.ADMIN,
            "Every account of the ledger; its differences are zero.",
            this::trialBalance));
  }

  private void plan(Context ctx) {
    write(ctx, services.engine().catalog().plan(ctx.body()));
  }

  private void apply(Context ctx) {
    String actor = requests.admin(ctx).email();
    write(ctx, services.engine().catalog().apply(ctx.body(), actor));
  }

  private void write(Context ctx, CatalogDiff diff) {
    requests.write(
        ctx,
        200,
        Map.of("changes", diff.changes(), "warnings", diff.warnings(), "text", diff.toString()));
  }

  private void customers(Context ctx) {
    String search = ctx.queryParam("search");
    int limit = requests.limit(ctx);
    List<Customer> found =
        services
            .engine()
            .customers()
            .list(search == null ? "" : search, requests.cursorId(ctx), limit + 1);
    requests.page(ctx, found, limit, customer -> customer.id().toString());
  }

  private void customer(Context ctx) {
    UUID id = requests.id(ctx, "id");
    requests.write(
        ctx,
        200,
        Map.of(
            "customer",
            services.engine().customers().get(id),
            "wallet",
            services.engine().wallets().of(id),
            "subscriptions",
            services.shop().list(id)));
  }

  private void invoices(Context ctx) {
    UUID id = requests.id(ctx, "id");
    int limit = requests.limit(ctx);
    List<Invoice> found = services.engine().invoices().list(id, requests.cursorId(ctx), limit + 1);
    requests.page(ctx, found, limit, invoice -> invoice.id().toString(), InvoiceJson::of);
  }

  private void all(Context ctx) {
    int limit = requests.limit(ctx);
    InvoiceQuery query = InvoiceQuery.all().withPage(requests.cursor(ctx), limit + 1);
    InvoiceStatus status = requests.word(ctx, "status", InvoiceStatus.class);
    if (status != null) {
      query = query.withStatus(status);
    }
    requests.page(
        ctx,
        services.engine().invoices().search(query),
        limit,
        invoice -> String.valueOf(invoice.number()),
        InvoiceJson::of);
  }

  /** An event with its data as an object. */
  record Event(long seq, UUID id, String type, Instant occurredAt, JsonNode data) {}

  private void events(Context ctx) {
    UUID id = requests.id(ctx, "id");
    int limit = requests.limit(ctx);
    String after = requests.cursor(ctx);
    if (after != null && !after.matches("[0-9]{1,18}")) {
      throw new InvalidInput("after", "must be what the page before gave as next");
    }
    long afterSeq = after == null ? 0 : Long.parseLong(after);
    requests.page(
        ctx,
        services.engine().events().of(id, afterSeq, limit + 1),
        limit,
        event -> Long.toString(event.seq()),
        this::event);
  }

  private Event event(StoredEvent event) {
    return new Event(
        event.seq(),
        event.id(),
        event.type(),
        event.occurredAt(),
        BillingJson.read(services.json(), event.data(), JsonNode.class));
  }

  private void trialBalance(Context ctx) {
    TrialBalance balance = services.engine().ledger().trialBalance();
    Map<String, String> differences = new TreeMap<>();
    balance
        .differences()
        .forEach((currency, sum) -> differences.put(currency.code(), sum.toString()));
    requests.write(
        ctx,
        200,
        Map.of(
            "rows", balance.rows(), "differences", differences, "balanced", balance.isBalanced()));
  }
}
