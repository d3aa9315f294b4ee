package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.dunning.GraceStatus;
import dev.innkeeper.billing.event.ParkedEvent;
import dev.innkeeper.billing.invoice.ParkedCustomer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.AccountClosing;
import dev.innkeeper.billing.payment.NewExternalPayment;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.Payout;
import dev.innkeeper.billing.payment.Refund;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.promotion.VoucherRequest;
import dev.innkeeper.server.pages.Layout.Link;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** What an admin does about payments: search, refund, record, answer, and see to what is stuck. */
final class MoneyPages extends PageRoutes {
  private static final int PAGE = 50;
  private static final String MATTERS = "/admin/matters";

  private final BillingEngine engine;
  private final MoneyRows rows;

  MoneyPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.engine = services.engine();
    this.rows = new MoneyRows(engine);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/admin/charges", ctx -> forAdmin(ctx, this::payments));
    routes.get("/admin/reminders", ctx -> forAdmin(ctx, this::reminders));
    routes.get(MATTERS, ctx -> forAdmin(ctx, this::matters));
    onCustomer(routes, "/admin/customers/{id}/payments/{payment}/refund", this::refund);
    onCustomer(routes, "/admin/customers/{id}/transfers", this::record);
    onCustomer(routes, "/admin/customers/{id}/close", this::close);
    onMatter(routes, "/admin/customers/{id}/requests/{request}/approve", this::approve);
    onMatter(routes, "/admin/customers/{id}/requests/{request}/reject", this::reject);
    onMatter(routes, "/admin/customers/{id}/payouts/{payout}/sent", this::sent);
    onMatter(routes, "/admin/customers/{id}/payouts/{payout}/cancel", this::cancel);
    onMatter(routes, "/admin/customers/{id}/release", this::release);
    onMatter(routes, "/admin/customers/{id}/events/{seq}/replay", this::replay);
  }

  /** What a form does; gives what to tell about it. */
  private interface Change {
    String make(Context ctx, UUID customerId, String actor);
  }

  private void onCustomer(RoutesConfig routes, String path, Change change) {
    routes.post(path, ctx -> forAdmin(ctx, (c, visit) -> make(c, visit, change, null)));
  }

  private void onMatter(RoutesConfig routes, String path, Change change) {
    routes.post(path, ctx -> forAdmin(ctx, (c, visit) -> make(c, visit, change, MATTERS)));
  }

  private void make(
      Context ctx, Visit visit, Change change, @org.jspecify.annotations.Nullable String next) {
    UUID customerId = id(ctx, "id");
    String page = next == null ? "/admin/customers/" + customerId : next;
    String actor = visit.identity().map(identity -> identity.email()).orElse("admin");
    act(
        ctx,
        visit,
        page,
        page,
        () -> {
          String told = change.make(ctx, customerId, actor);
          services.doDueWork().run();
          return told;
        });
  }

  private void payments(Context ctx, Visit visit) {
    Map<String, PaymentState> states = new LinkedHashMap<>();
    for (PaymentState state : PaymentState.values()) {
      states.put(state.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'), state);
    }
    String word = ctx.queryParam("state");
    PaymentState chosen = word == null ? null : states.get(word);
    String before = ctx.queryParam("before");
    List<Payment> found =
        engine
            .payments()
            .search(chosen, before == null ? null : WalletPages.uuid("before", before), PAGE + 1);
    List<Payment> shown = found.subList(0, Math.min(PAGE, found.size()));
    List<Link> links = new ArrayList<>();
    links.add(new Link("/admin/charges", "All", chosen == null));
    states.forEach(
        (name, state) ->
            links.add(
                new Link("/admin/charges?state=" + name, Show.words(name), state.equals(chosen))));
    String next =
        found.size() <= PAGE
            ? null
            : "/admin/charges?"
                + (chosen == null ? "" : "state=" + word + "&")
                + "before="
                + shown.get(PAGE - 1).id();
    Map<String, Object> values = new HashMap<>();
    values.put(
        "view",
        new MoneyView.Payments(
            rows.payments(shown, Names.of(engine, shown.stream().map(Payment::customerId))),
            links,
            next));
    show(ctx, visit, "Charges", "admin/charges.jte", values);
  }

  private void reminders(Context ctx, Visit visit) {
    List<GraceStatus> upcoming = engine.dunning().upcoming(PAGE * 4);
    Map<UUID, String> names = Names.of(engine, upcoming.stream().map(GraceStatus::customerId));
    show(
        ctx,
        visit,
        "Reminders",
        "admin/reminders.jte",
        Map.of(
            "view",
            new MoneyView.Reminders(
                upcoming.stream().map(g -> MoneyRows.reminder(g, names)).toList())));
  }

  private void matters(Context ctx, Visit visit) {
    List<VoucherRequest> wishes = engine.voucherRequests().waiting();
    List<Payout> payouts = engine.payouts().waiting();
    List<Payment> stuck =
        engine.payments().waiting(List.of(PaymentState.UNKNOWN, PaymentState.CALLING), PAGE);
    List<ParkedCustomer> parked = engine.invoices().parked(null, PAGE);
    List<ParkedEvent> events = engine.events().parked(PAGE);
    Map<UUID, String> names =
        Names.of(
            engine,
            Stream.of(
                    wishes.stream().map(VoucherRequest::customerId),
                    payouts.stream().map(Payout::customerId),
                    stuck.stream().map(Payment::customerId),
                    parked.stream().map(ParkedCustomer::customerId),
                    events.stream().map(e -> e.event().customerId()))
                .flatMap(ids -> ids));
    MoneyView.Matters view =
        new MoneyView.Matters(
            wishes.stream().map(w -> rows.wish(w, names)).toList(),
            payouts.stream().map(p -> MoneyRows.payout(p, names)).toList(),
            rows.payments(stuck, names),
            parked.stream().map(p -> MoneyRows.parked(p, names)).toList(),
            events.stream().map(e -> MoneyRows.parked(e, names)).toList());
    show(ctx, visit, "Open matters", "admin/matters.jte", Map.of("view", view));
  }

  private Amount amount(Context ctx, UUID customerId) {
    Customer customer = engine.customers().get(customerId);
    return Amount.parse("amount", form(ctx, "amount"), customer.currency());
  }

  private String refund(Context ctx, UUID customerId, String actor) {
    Refund refund =
        engine
            .refunds()
            .refund(
                customerId,
                id(ctx, "payment"),
                amount(ctx, customerId),
                form(ctx, "reason"),
                form(ctx, "key"));
    return switch (refund.state()) {
      case SUCCEEDED -> Show.amount(refund.amount()) + " are on their way back to the card.";
      case REFUSED ->
          throw new NotAllowed("refund-refused", "the provider refused: " + refund.message());
      default -> "The refund is under way; the provider has not answered yet.";
    };
  }

  private String record(Context ctx, UUID customerId, String actor) {
    NewExternalPayment wanted =
        NewExternalPayment.bankTransfer(
            amount(ctx, customerId),
            form(ctx, "reference"),
            engine.now().truncatedTo(ChronoUnit.DAYS));
    String invoice = form(ctx, "invoice");
    engine
        .externalPayments()
        .record(
            customerId,
            invoice.isEmpty() ? wanted : wanted.forInvoice(WalletPages.uuid("invoice", invoice)),
            actor,
            form(ctx, "key"));
    return Show.amount(wanted.amount()) + " are recorded.";
  }

  private String close(Context ctx, UUID customerId, String actor) {
    AccountClosing.Closed closed =
        engine.accountClosing().close(customerId, actor, form(ctx, "key"));
    Payout payout = closed.payout();
    return "The wallet is empty: "
        + closed.refunds().size()
        + " refunds to cards"
        + (payout == null ? "" : ", " + Show.amount(payout.amount()) + " to be sent by hand")
        + ", "
        + Show.amount(closed.forfeited())
        + " of voucher credit taken back.";
  }

  private String approve(Context ctx, UUID customerId, String actor) {
    String answer = form(ctx, "answer");
    VoucherRequest approved =
        engine
            .voucherRequests()
            .approve(
                customerId,
                id(ctx, "request"),
                amount(ctx, customerId),
                answer.isEmpty() ? null : answer,
                actor);
    return Show.amount(approved.granted() == null ? approved.amount() : approved.granted())
        + " of credit are given.";
  }

  private String reject(Context ctx, UUID customerId, String actor) {
    engine.voucherRequests().reject(customerId, id(ctx, "request"), form(ctx, "answer"), actor);
    return "The request is turned down.";
  }

  private String sent(Context ctx, UUID customerId, String actor) {
    engine.payouts().sent(customerId, id(ctx, "payout"), "bank", form(ctx, "reference"), actor);
    return "The payout is marked as sent.";
  }

  private String cancel(Context ctx, UUID customerId, String actor) {
    engine.payouts().cancel(customerId, id(ctx, "payout"), actor);
    return "The money is back in the wallet.";
  }

  private String release(Context ctx, UUID customerId, String actor) {
    engine.invoices().release(customerId);
    return "The next billing run takes this customer again.";
  }

  private String replay(Context ctx, UUID customerId, String actor) {
    String seq = ctx.pathParam("seq");
    if (!seq.matches("[0-9]{1,18}")) {
      throw new NotFound("event", seq);
    }
    engine.events().replay(customerId, Long.parseLong(seq));
    return "The event is delivered again.";
  }
}
