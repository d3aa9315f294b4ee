package dev.innkeeper.server.pages;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceDrafts;
import dev.innkeeper.billing.invoice.NewInvoice;
import dev.innkeeper.billing.invoice.StoredDraft;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Invoices that an admin writes by hand, until they are issued. */
final class DraftPages extends PageRoutes {
  private static final int PAGE = 50;
  private static final String ALL = "/admin/invoices/drafts";

  private final InvoiceDrafts drafts;

  DraftPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.drafts = services.engine().invoices().drafts();
  }

  void addTo(RoutesConfig routes) {
    String one = "/admin/customers/{id}/drafts/{draft}";
    routes.get(ALL, ctx -> forAdmin(ctx, this::list));
    routes.post("/admin/customers/{id}/drafts", ctx -> forAdmin(ctx, this::create));
    routes.get(one, ctx -> forAdmin(ctx, this::one));
    routes.post(
        one + "/lines", ctx -> forAdmin(ctx, (c, visit) -> change(c, visit, DraftPages::more)));
    routes.post(
        one + "/lines/{line}/remove",
        ctx -> forAdmin(ctx, (c, visit) -> change(c, visit, DraftPages::fewer)));
    routes.post(
        one + "/terms", ctx -> forAdmin(ctx, (c, visit) -> change(c, visit, DraftPages::terms)));
    routes.post(one + "/issue", ctx -> forAdmin(ctx, this::issue));
    routes.post(one + "/discard", ctx -> forAdmin(ctx, this::discard));
  }

  private static String href(UUID customerId, UUID draftId) {
    return "/admin/customers/" + customerId + "/drafts/" + draftId;
  }

  private void list(Context ctx, Visit visit) {
    String before = ctx.queryParam("before");
    List<StoredDraft> found =
        drafts.search(before == null ? null : WalletPages.uuid("before", before), PAGE + 1);
    List<StoredDraft> shown = found.subList(0, Math.min(PAGE, found.size()));
    String next = found.size() > PAGE ? ALL + "?before=" + shown.get(PAGE - 1).id() : null;
    show(
        ctx,
        visit,
        "Drafts",
        "admin/drafts.jte",
        Map.of(
            "view",
            new DraftView.Drafts(
                shown.stream().map(this::row).toList(), AdminPages.invoiceStates("drafts"), next)));
  }

  private DraftView.Row row(StoredDraft draft) {
    Customer customer = services.engine().customers().get(draft.customerId());
    List<NewInvoice.Line> lines = draft.content().lines();
    String total;
    try {
      total = Show.amount(drafts.show(customer.id(), draft.id()).total());
    } catch (BillingException e) {
      // Its own page says why it can't be issued.
      total = "–";
    }
    return new DraftView.Row(
        href(customer.id(), draft.id()),
        customer.name(),
        "/admin/customers/" + customer.id(),
        lines.get(0).description()
            + (lines.size() == 1 ? "" : " and " + (lines.size() - 1) + " more"),
        Show.minute(draft.changedAt(), ZoneOffset.UTC),
        total);
  }

  private void one(Context ctx, Visit visit) {
    StoredDraft draft = drafts.get(id(ctx, "id"), id(ctx, "draft"));
    Customer customer = services.engine().customers().get(draft.customerId());
    Invoice invoice = null;
    String trouble = null;
    try {
      invoice = drafts.show(customer.id(), draft.id());
    } catch (BillingException e) {
      trouble = sentence(e);
    }
    NewInvoice content = draft.content();
    LocalDate due = content.dueDate();
    DraftView.Draft view =
        new DraftView.Draft(
            href(customer.id(), draft.id()),
            customer.name(),
            "/admin/customers/" + customer.id(),
            content.currency().code(),
            lines(content, invoice),
            invoice == null ? List.of() : InvoiceView.totals(invoice),
            trouble,
            due == null ? "" : due.toString(),
            due == null
                ? "within the usual term"
                : "by " + Show.date(due.atStartOfDay(ZoneOffset.UTC).toInstant(), ZoneOffset.UTC),
            content.note() == null ? "" : content.note(),
            Long.toString(draft.revision()));
    show(ctx, visit, "Draft for " + customer.name(), "admin/draft.jte", Map.of("view", view));
  }

  private static List<DraftView.Line> lines(NewInvoice content, @Nullable Invoice invoice) {
    List<DraftView.Line> lines = new ArrayList<>();
    for (NewInvoice.Line line : content.lines()) {
      int index = lines.size();
      lines.add(
          new DraftView.Line(
              Integer.toString(index),
              line.description(),
              line.quantity().stripTrailingZeros().toPlainString() + "\u00a0" + line.unit(),
              Show.rate(line.unitPrice(), content.currency()),
              invoice == null ? "–" : Show.amount(invoice.lines().get(index).amount())));
    }
    return lines;
  }

  private void create(Context ctx, Visit visit) {
    visit.requireCsrf();
    Customer customer = services.engine().customers().get(id(ctx, "id"));
    String next = "/admin/customers/" + customer.id();
    try {
      StoredDraft draft =
          drafts.create(
              new NewInvoice(customer.id(), customer.currency(), List.of(line(ctx)), null, null),
              form(ctx, "key"));
      visit.flash("good", "The draft is begun. Nobody owes it until it is issued.");
      next = href(customer.id(), draft.id());
    } catch (BillingException e) {
      visit.flash("bad", sentence(e));
    }
    ctx.redirect(next, HttpStatus.SEE_OTHER);
  }

  private static NewInvoice.Line line(Context ctx) {
    String quantity = form(ctx, "quantity");
    String unit = form(ctx, "unit");
    NewInvoice.Line one =
        NewInvoice.Line.of(form(ctx, "description"), decimal("price", form(ctx, "price")));
    return new NewInvoice.Line(
        one.productCode(),
        one.description(),
        quantity.isEmpty() ? one.quantity() : decimal("quantity", quantity),
        unit.isEmpty() ? one.unit() : unit,
        one.unitPrice(),
        one.taxClass());
  }

  private static BigDecimal decimal(String field, String text) {
    if (!text.matches("-?[0-9]{1,12}(\\.[0-9]{1,12})?")) {
      throw new InvalidInput(field, "must be a number such as 12.50");
    }
    return new BigDecimal(text);
  }

  /** What a form makes of a draft. */
  private interface Change {
    NewInvoice of(Context ctx, NewInvoice content);
  }

  private void change(Context ctx, Visit visit, Change change) {
    UUID customerId = id(ctx, "id");
    UUID draftId = id(ctx, "draft");
    String page = href(customerId, draftId);
    act(
        ctx,
        visit,
        page,
        page,
        () -> {
          NewInvoice content = drafts.get(customerId, draftId).content();
          StoredDraft unused =
              drafts.change(draftId, number(ctx, "revision", 0), change.of(ctx, content));
          return "The draft is changed.";
        });
  }

  private static NewInvoice more(Context ctx, NewInvoice content) {
    List<NewInvoice.Line> lines = new ArrayList<>(content.lines());
    lines.add(line(ctx));
    return with(content, lines);
  }

  private static NewInvoice fewer(Context ctx, NewInvoice content) {
    List<NewInvoice.Line> lines = new ArrayList<>(content.lines());
    String index = ctx.pathParam("line");
    if (!index.matches("[0-9]{1,4}") || Integer.parseInt(index) >= lines.size()) {
      throw new NotFound("line", index);
    }
    lines.remove(Integer.parseInt(index));
    return with(content, lines);
  }

  private static NewInvoice with(NewInvoice content, List<NewInvoice.Line> lines) {
    return new NewInvoice(
        content.customerId(), content.currency(), lines, content.dueDate(), content.note());
  }

  private static NewInvoice terms(Context ctx, NewInvoice content) {
    String due = form(ctx, "due");
    String note = form(ctx, "note");
    try {
      return new NewInvoice(
          content.customerId(),
          content.currency(),
          content.lines(),
          due.isEmpty() ? null : LocalDate.parse(due),
          note.isEmpty() ? null : note);
    } catch (DateTimeParseException e) {
      throw new InvalidInput("due", "must be a date such as 2026-01-31");
    }
  }

  private void issue(Context ctx, Visit visit) {
    UUID customerId = id(ctx, "id");
    UUID draftId = id(ctx, "draft");
    act(
        ctx,
        visit,
        "/admin/customers/" + customerId + "/invoices/" + draftId,
        href(customerId, draftId),
        () -> {
          Invoice issued = drafts.issue(customerId, draftId);
          services.doDueWork().run();
          return "The invoice is issued as " + issued.number() + ".";
        });
  }

  private void discard(Context ctx, Visit visit) {
    UUID customerId = id(ctx, "id");
    UUID draftId = id(ctx, "draft");
    act(
        ctx,
        visit,
        ALL,
        ALL,
        () -> {
          if (!drafts.delete(customerId, draftId)) {
            throw new NotFound("invoice draft", draftId.toString());
          }
          return "The draft is thrown away.";
        });
  }
}
