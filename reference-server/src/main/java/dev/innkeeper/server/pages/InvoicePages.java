package dev.innkeeper.server.pages;

import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.PaymentSource;
import dev.innkeeper.billing.payment.PayPage;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentMix;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Capability;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.server.documents.InvoiceAnswer;
import dev.innkeeper.server.documents.InvoiceForm;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A customer's invoices. */
final class InvoicePages extends PageRoutes {
  private static final int PAGE = 25;

  private final InvoiceView view;
  private final WalletView wallets;
  private final PayPagesView payPages;

  InvoicePages(Services services, Renderer renderer) {
    super(services, renderer);
    this.view = new InvoiceView(services);
    this.wallets = new WalletView(services);
    this.payPages = new PayPagesView(services);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/invoices", ctx -> forCustomer(ctx, this::list));
    routes.get("/invoices/{id}", ctx -> forCustomer(ctx, this::show));
    for (InvoiceForm form : InvoiceForm.values()) {
      routes.get(
          "/invoices/{id}/" + form.path(),
          ctx -> forCustomer(ctx, (c, visit, customerId) -> file(c, customerId, "id", form)));
      routes.get(
          "/admin/customers/{id}/invoices/{invoice}/" + form.path(),
          ctx -> forAdmin(ctx, (c, visit) -> file(c, id(c, "id"), "invoice", form)));
    }
    routes.post("/invoices/{id}/pay", ctx -> forCustomer(ctx, this::pay));
  }

  private void list(Context ctx, Visit visit, UUID customerId) {
    String after = ctx.queryParam("after");
    List<Invoice> found =
        services
            .engine()
            .invoices()
            .list(customerId, after == null ? null : WalletPages.uuid("after", after), PAGE + 1);
    List<View.InvoiceRow> rows =
        found.stream().limit(PAGE).map(i -> view.row(i, "/invoices/" + i.id())).toList();
    String next = found.size() > PAGE ? found.get(PAGE - 1).id().toString() : null;
    show(ctx, visit, "Invoices", "invoices.jte", Map.of("view", new View.Invoices(rows, next)));
  }

  private void show(Context ctx, Visit visit, UUID customerId) {
    Invoice invoice = services.engine().invoices().get(customerId, id(ctx, "id"));
    View.Invoice shown =
        view.whole(
            invoice,
            new InvoiceView.Frame(
                "/invoices/" + invoice.id(), "/invoices", "Invoices", sources(customerId)));
    show(
        ctx,
        visit,
        shown.title(),
        "invoice.jte",
        Map.of("view", shown, "pay", payPages.of(customerId)));
  }

  private void file(Context ctx, UUID customerId, String parameter, InvoiceForm form) {
    InvoiceAnswer.send(ctx, services.invoiceFiles().get(customerId, id(ctx, parameter), form));
  }

  private List<View.Choice> sources(UUID customerId) {
    List<View.Choice> choices = new ArrayList<>();
    choices.add(new View.Choice("any", "my cards in their order"));
    for (View.Card card : wallets.cards(customerId)) {
      choices.add(new View.Choice(card.id(), card.name()));
    }
    payPages
        .provider(Capability.PAGE_CHARGE)
        .ifPresent(
            code ->
                choices.add(
                    new View.Choice("page", "Another card, on " + Show.words(code) + "'s page")));
    choices.add(new View.Choice("none", "no card"));
    return choices;
  }

  private void pay(Context ctx, Visit visit, UUID customerId) {
    UUID id = id(ctx, "id");
    String page = "/invoices/" + id;
    actOrLeave(
        ctx,
        visit,
        page,
        () -> {
          if (form(ctx, "from").equals("page")) {
            return onPage(ctx, customerId, id);
          }
          Invoice paid =
              services.engine().settlement().pay(customerId, id, mix(ctx), form(ctx, "key"));
          services.doDueWork().run();
          Optional<Payment> asked =
              payPages.waiting(customerId).stream()
                  .filter(payment -> id.equals(payment.invoiceId()))
                  .findFirst();
          if (asked.isPresent()) {
            return WalletPages.told(asked.get());
          }
          if (paid.open().isPositive()) {
            throw new NotAllowed(
                "still-open",
                Show.amount(paid.open())
                    + " are still open: what you chose did not reach, or the card was declined");
          }
          return Done.here("The invoice is paid. Thank you!");
        });
  }

  private Done onPage(Context ctx, UUID customerId, UUID invoiceId) {
    String provider =
        payPages
            .provider(Capability.PAGE_CHARGE)
            .orElseThrow(() -> new NotAllowed("no-page", "there is no page to pay on"));
    PayPage page = new PayPage(provider, payPages.returnUrl(ctx, "payment"));
    Payment payment =
        services.engine().settlement().payOnPage(customerId, invoiceId, page, form(ctx, "key"));
    services.doDueWork().run();
    return payment.state() == PaymentState.SUCCEEDED
        ? Done.here("The invoice is paid. Thank you!")
        : WalletPages.told(payment);
  }

  private static PaymentMix mix(Context ctx) {
    Set<PaymentSource> sources = EnumSet.noneOf(PaymentSource.class);
    for (String word : ctx.formParams("source")) {
      switch (word) {
        case "voucher" -> sources.add(PaymentSource.VOUCHER);
        case "cash" -> sources.add(PaymentSource.CASH);
        default -> throw new InvalidInput("source", "must be voucher or cash");
      }
    }
    String card = form(ctx, "from");
    if (!card.equals("none")) {
      sources.add(PaymentSource.CARD);
    }
    if (sources.isEmpty()) {
      throw new InvalidInput("source", "choose something to pay from");
    }
    boolean one = !card.isEmpty() && !card.equals("none") && !card.equals("any");
    return new PaymentMix(sources, one ? WalletPages.uuid("from", card) : null);
  }
}
