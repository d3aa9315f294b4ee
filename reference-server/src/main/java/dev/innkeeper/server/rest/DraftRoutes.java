package dev.innkeeper.server.rest;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.invoice.InvoiceDrafts;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.invoice.StoredDraft;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Invoices that operators write by hand: drafts until they are issued. */
final class DraftRoutes {
  private static final String OF_CUSTOMER = "/v1/admin/customers/{id}/invoice-drafts";
  private static final String ONE = OF_CUSTOMER + "/{draft}";

  private final Services services;
  private final Requests requests;

  /** A draft as it is written. */
  record Draft(
      UUID id,
      UUID customerId,
      long revision,
      String currency,
      List<NewInvoice.Line> lines,
      @Nullable LocalDate dueDate,
      @Nullable String note,
      Instant createdAt,
      Instant changedAt) {
    static Draft of(StoredDraft draft) {
      NewInvoice content = draft.content();
      return new Draft(
          draft.id(),
          draft.customerId(),
          draft.revision(),
          content.currency().code(),
          content.lines(),
          content.dueDate(),
          content.note(),
          draft.createdAt(),
          draft.changedAt());
    }
  }

  /** A draft, and the invoice that it would be now. */
  record Shown(Draft draft, InvoiceJson invoice) {}

  DraftRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  private InvoiceDrafts drafts() {
    return services.engine().invoices().drafts();
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.command(
                OF_CUSTOMER,
                Caller.ADMIN,
                "Begins an invoice by hand; nobody owes it until it is issued.",
                this::create)
            .withFields("lines!", "currency", "dueDate", "note"),
        Endpoint.get(
                OF_CUSTOMER,
                Caller.ADMIN,
                "A customer's drafts of invoices, newest first.",
                this::list)
            .paged(),
        Endpoint.get(
                "/v1/admin/invoice-drafts",
                Caller.ADMIN,
                "Everybody's drafts of invoices, newest first.",
                this::all)
            .paged(),
        Endpoint.get(
            ONE, Caller.ADMIN, "A draft, and the invoice that it would be now.", this::one),
        Endpoint.post(ONE, Caller.ADMIN, "Replaces what a draft says.", this::change)
            .withFields("revision!", "lines!", "currency", "dueDate", "note"),
        Endpoint.post(
            ONE + "/issue",
            Caller.ADMIN,
            "Issues a draft; again, it gives the same invoice.",
            this::issue),
        Endpoint.delete(ONE, Caller.ADMIN, "Throws a draft away.", this::discard));
  }

  private void create(Context ctx) {
    JsonBody body = requests.body(ctx);
    NewInvoice wanted = wanted(ctx, body);
    body.check();
    requests.write(ctx, 201, Draft.of(drafts().create(wanted, requests.key(ctx))));
  }

  private NewInvoice wanted(Context ctx, JsonBody body) {
    Customer customer = services.engine().customers().get(requests.id(ctx, "id"));
    Currency currency = body.currency("currency", customer.currency());
    return new NewInvoice(
        customer.id(),
        currency,
        body.objects("lines").stream().map(DraftRoutes::line).toList(),
        body.optionalDay("dueDate"),
        body.optionalText("note"));
  }

  private static NewInvoice.Line line(JsonBody fields) {
    return new NewInvoice.Line(
        Objects.requireNonNullElse(fields.optionalText("productCode"), "custom"),
        fields.text("description"),
        fields.decimal("quantity", BigDecimal.ONE),
        Objects.requireNonNullElse(fields.optionalText("unit"), "piece"),
        fields.decimal("unitPrice"),
        Objects.requireNonNullElse(fields.optionalText("taxClass"), TaxSubject.STANDARD_CLASS));
  }

  private void list(Context ctx) {
    int limit = requests.limit(ctx);
    UUID customerId = services.engine().customers().get(requests.id(ctx, "id")).id();
    page(ctx, drafts().list(customerId, requests.cursorId(ctx), limit + 1), limit);
  }

  private void all(Context ctx) {
    int limit = requests.limit(ctx);
    page(ctx, drafts().search(requests.cursorId(ctx), limit + 1), limit);
  }

  private void page(Context ctx, List<StoredDraft> found, int limit) {
    requests.page(ctx, found, limit, draft -> draft.id().toString(), Draft::of);
  }

  private void one(Context ctx) {
    UUID customerId = requests.id(ctx, "id");
    StoredDraft draft = drafts().get(customerId, requests.id(ctx, "draft"));
    requests.write(
        ctx,
        200,
        new Shown(Draft.of(draft), InvoiceJson.of(drafts().show(customerId, draft.id()))));
  }

  private void change(Context ctx) {
    JsonBody body = requests.body(ctx);
    int revision = body.requiredInteger("revision", 1, Integer.MAX_VALUE);
    NewInvoice wanted = wanted(ctx, body);
    body.check();
    requests.write(
        ctx, 200, Draft.of(drafts().change(requests.id(ctx, "draft"), revision, wanted)));
  }

  private void issue(Context ctx) {
    InvoiceJson issued =
        InvoiceJson.of(drafts().issue(requests.id(ctx, "id"), requests.id(ctx, "draft")));
    services.doDueWork().run();
    requests.write(ctx, 200, issued);
  }

  private void discard(Context ctx) {
    UUID id = requests.id(ctx, "draft");
    if (!drafts().delete(requests.id(ctx, "id"), id)) {
      throw new NotFound("invoice draft", id.toString());
    }
    ctx.status(204);
  }
}
