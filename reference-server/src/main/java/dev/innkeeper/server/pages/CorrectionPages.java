package dev.innkeeper.server.pages;

import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceKind;
import dev.innkeeper.billing.invoice.InvoiceLine;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.invoice.Invoices;
import dev.innkeeper.billing.invoice.NewCreditNote;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.server.pages.Layout.Link;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A customer's invoice as an admin sees it, and what an admin can do about it. */
final class CorrectionPages extends PageRoutes {
  private static final int PAGE = 200;

  /** More than anybody fills in by hand; the API takes any line. */
  private static final int LINES_SHOWN_MAX = 100;

  private final InvoiceView view;

  /** One of the engine's commands on an invoice. */
  private interface Command {
    Invoice run(Invoices invoices, UUID customerId, UUID invoiceId, String reason);
  }

  CorrectionPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.view = new InvoiceView(services);
  }

  void addTo(RoutesConfig routes) {
    String one = "/admin/customers/{id}/invoices/{invoice}";
    routes.get(one, ctx -> forAdmin(ctx, this::one));
    routes.post(one + "/credit", ctx -> forAdmin(ctx, this::credit));
    decision(routes, one + "/void", "is void: nobody owes it.", Invoices::voidInvoice);
    decision(routes, one + "/write-off", "is written off.", Invoices::markUncollectible);
    decision(routes, one + "/reinstate", "is owed again.", Invoices::reinstate);
  }

  private void decision(RoutesConfig routes, String path, String outcome, Command command) {
    routes.post(path, ctx -> forAdmin(ctx, (c, visit) -> decide(c, visit, outcome, command)));
  }

  private void decide(Context ctx, Visit visit, String outcome, Command command) {
    Invoices invoices = services.engine().invoices();
    correct(
        ctx,
        visit,
        invoice -> {
          String reason = form(ctx, "reason");
          Invoice decided = command.run(invoices, invoice.customerId(), invoice.id(), reason);
          return decided.number() + " " + outcome;
        });
  }

  /** What a form makes of an invoice; returns what to tell about it. */
  private interface Correction {
    String of(Invoice invoice);
  }

  private void correct(Context ctx, Visit visit, Correction correction) {
    Invoice invoice = invoice(ctx);
    String page = href(invoice);
    act(
        ctx,
        visit,
        page,
        page,
        () -> {
          String told = correction.of(invoice);
          services.doDueWork().run();
          return told;
        });
  }

  private void credit(Context ctx, Visit visit) {
    correct(
        ctx,
        visit,
        invoice -> {
          Map<Integer, Amount> amounts = new TreeMap<>();
          for (InvoiceLine line : invoice.lines()) {
            String text = form(ctx, "line-" + line.position());
            if (!text.isEmpty()) {
              String field = "line " + line.position();
              amounts.put(line.position(), Amount.parse(field, text, invoice.currency()));
            }
          }
          NewCreditNote wanted =
              NewCreditNote.ofLines(
                  invoice.customerId(), invoice.id(), amounts, form(ctx, "reason"));
          Invoice note = services.engine().invoices().creditNote(wanted, form(ctx, "key"));
          return "Credit note " + note.number() + " takes back " + Show.amount(note.total()) + ".";
        });
  }

  private Invoice invoice(Context ctx) {
    return services.engine().invoices().get(id(ctx, "id"), id(ctx, "invoice"));
  }

  static String href(Invoice invoice) {
    return "/admin/customers/" + invoice.customerId() + "/invoices/" + invoice.id();
  }

  private void one(Context ctx, Visit visit) {
    Invoice invoice = invoice(ctx);
    View.Invoice shown =
        view.whole(
            invoice,
            new InvoiceView.Frame(
                href(invoice),
                "/admin/customers/" + invoice.customerId(),
                invoice.buyer().name(),
                List.of()));
    show(
        ctx,
        visit,
        shown.title(),
        "invoice.jte",
        Map.of("view", shown, "corrections", corrections(invoice)));
  }

  private View.Corrections corrections(Invoice invoice) {
    if (invoice.kind() == InvoiceKind.CREDIT_NOTE) {
      return View.Corrections.none("Takes back", related(invoice));
    }
    boolean open = invoice.status() == InvoiceStatus.OPEN;
    boolean stands = open || invoice.status() == InvoiceStatus.PAID;
    return new View.Corrections(
        href(invoice),
        UUID.randomUUID().toString(),
        stands && invoice.total().minus(invoice.credited()).isPositive(),
        open && invoice.open().equals(invoice.total()),
        open,
        invoice.status() == InvoiceStatus.UNCOLLECTIBLE,
        invoice.lines().stream()
            .filter(line -> !line.amount().isZero())
            .limit(LINES_SHOWN_MAX)
            .map(
                line ->
                    new View.CorrectionLine(
                        Integer.toString(line.position()),
                        line.description(),
                        line.amount().toDecimal().toPlainString()))
            .toList(),
        "Credit note",
        related(invoice));
  }

  /** The credit notes on an invoice, or the invoice that a credit note takes back. */
  private List<Link> related(Invoice invoice) {
    Invoices invoices = services.engine().invoices();
    UUID corrects = invoice.corrects();
    if (corrects != null) {
      return List.of(link(invoices.get(invoice.customerId(), corrects)));
    }
    List<Link> notes = new ArrayList<>();
    Amount left = invoice.credited();
    UUID after = null;
    // What was taken back by voiding has no note.
    while (left.isPositive() && invoice.status() != InvoiceStatus.VOID) {
      List<Invoice> page = invoices.list(invoice.customerId(), after, PAGE);
      for (Invoice other : page) {
        if (invoice.id().equals(other.corrects())) {
          notes.add(link(other));
          left = left.minus(other.total());
        }
      }
      if (page.size() < PAGE) {
        break;
      }
      after = page.get(page.size() - 1).id();
    }
    return notes;
  }

  private static Link link(Invoice invoice) {
    return new Link(href(invoice), invoice.number() + ", " + Show.amount(invoice.total()), false);
  }
}
