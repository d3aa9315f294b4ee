package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.dunning.GraceStatus;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceQuery;
import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.ledger.Side;
import dev.innkeeper.billing.ledger.TrialBalance;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.Wallet;
import dev.innkeeper.server.pages.Layout.Link;
import dev.innkeeper.server.runtime.Services;
import dev.innkeeper.server.time.TrialTime;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an admin sees: customers, invoices, the ledger. */
final class AdminPages extends PageRoutes {
  private static final int PAGE = 50;

  /** The states an invoice can be looked for by, in the order they are shown. */
  private static final Map<String, InvoiceStatus> STATES = states();

  private final InvoiceView invoices;
  private final WalletView wallets;
  private final ServiceRows rows;
  private final MoneyRows money;

  AdminPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.invoices = new InvoiceView(services);
    this.wallets = new WalletView(services);
    this.rows = new ServiceRows(services);
    this.money = new MoneyRows(services.engine());
  }

  private static Map<String, InvoiceStatus> states() {
    Map<String, InvoiceStatus> states = new LinkedHashMap<>();
    states.put("open", InvoiceStatus.OPEN);
    states.put("paid", InvoiceStatus.PAID);
    states.put("void", InvoiceStatus.VOID);
    states.put("given-up", InvoiceStatus.UNCOLLECTIBLE);
    return Collections.unmodifiableMap(states);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/admin/customers", ctx -> forAdmin(ctx, this::customers));
    routes.get("/admin/customers/{id}", ctx -> forAdmin(ctx, this::customer));
    routes.get("/admin/invoices", ctx -> forAdmin(ctx, this::allInvoices));
    routes.get("/admin/ledger", ctx -> forAdmin(ctx, this::ledger));
    services
        .trial()
        .ifPresent(
            trial ->
                routes.post(
                    "/admin/clock",
                    ctx -> forAdmin(ctx, (c, visit) -> moveClock(c, visit, trial))));
  }

  private void customers(Context ctx, Visit visit) {
    String search = ctx.queryParam("search");
    String after = ctx.queryParam("after");
    BillingEngine engine = services.engine();
    List<Customer> found =
        engine
            .customers()
            .list(
                search == null ? "" : search.trim(),
                after == null ? null : WalletPages.uuid("after", after),
                PAGE + 1);
    List<View.CustomerRow> shown = new ArrayList<>();
    for (Customer customer : found.subList(0, Math.min(PAGE, found.size()))) {
      Wallet wallet = engine.wallets().of(customer.id());
      shown.add(
          new View.CustomerRow(
              customer.id().toString(),
              customer.name(),
              customer.email(),
              Show.date(customer.createdAt(), customer.calendar().zone()),
              amount(wallet.cash()),
              amount(wallet.voucher()),
              amount(wallet.owed()),
              wallet.owed().isPositive()));
    }
    String next = found.size() > PAGE ? found.get(PAGE - 1).id().toString() : null;
    show(
        ctx,
        visit,
        "Customers",
        "admin/customers.jte",
        Map.of("view", new View.Customers(shown, search == null ? "" : search, next)));
  }

  private static String amount(Amount amount) {
    return amount.isZero() ? "–" : Show.amount(amount);
  }

  private void customer(Context ctx, Visit visit) {
    BillingEngine engine = services.engine();
    Customer customer = engine.customers().get(id(ctx, "id"));
    ZoneId zone = customer.calendar().zone();
    List<View.InvoiceRow> issued =
        engine.invoices().list(customer.id(), null, PAGE).stream()
            .map(invoice -> invoices.row(invoice, CorrectionPages.href(invoice)))
            .toList();
    View.Customer view =
        new View.Customer(
            customer.name(),
            customer.email(),
            Show.date(customer.createdAt(), zone),
            zone.getId().equals("Z") ? "UTC" : zone.getId(),
            engine.dunning().of(customer.id()).map(grace -> grace(grace, zone)).orElse(null),
            wallets.of(customer.id()),
            rows.of(customer.id()),
            issued);
    show(
        ctx,
        visit,
        customer.name(),
        "admin/customer.jte",
        Map.of("view", view, "money", money.of(customer)));
  }

  private static String grace(GraceStatus grace, ZoneId zone) {
    Instant nextAt = grace.nextAt();
    String text =
        "Unpaid since "
            + Show.date(grace.startedAt(), zone)
            + (grace.suspended() ? ", and suspended." : ".");
    return nextAt == null
        ? text
        : text
            + " Next: "
            + String.valueOf(grace.nextAction()).toLowerCase(Locale.ROOT)
            + " on "
            + Show.date(nextAt, zone)
            + ".";
  }

  private void allInvoices(Context ctx, Visit visit) {
    String state = ctx.queryParam("state");
    InvoiceQuery query = InvoiceQuery.all().withPage(ctx.queryParam("below"), PAGE + 1);
    InvoiceStatus status =
        STATES.entrySet().stream()
            .filter(e -> e.getKey().equals(state))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
    List<Invoice> found =
        services.engine().invoices().search(status == null ? query : query.withStatus(status));
    List<View.InvoiceRow> shown =
        found.stream()
            .limit(PAGE)
            .map(invoice -> invoices.row(invoice, CorrectionPages.href(invoice)))
            .toList();
    String next = null;
    if (found.size() > PAGE) {
      next =
          "/admin/invoices?"
              + (status == null ? "" : "state=" + state + "&")
              + "below="
              + URLEncoder.encode(
                  String.valueOf(found.get(PAGE - 1).number()), StandardCharsets.UTF_8);
    }
    show(
        ctx,
        visit,
        "Invoices",
        "admin/invoices.jte",
        Map.of(
            "view",
            new View.AdminInvoices(
                shown, invoiceStates(status == null ? "" : String.valueOf(state)), next)));
  }

  /**
   * The states that invoices are listed by.
   *
   * @param chosen a state's word, {@code drafts}, or empty for all that were issued
   */
  static List<Link> invoiceStates(String chosen) {
    List<Link> links = new ArrayList<>();
    links.add(new Link("/admin/invoices", "All", chosen.isEmpty()));
    STATES.forEach(
        (word, status) ->
            links.add(
                new Link("/admin/invoices?state=" + word, Show.words(word), word.equals(chosen))));
    links.add(new Link("/admin/invoices/drafts", "Drafts", chosen.equals("drafts")));
    return links;
  }

  /** What one currency's accounts sum to, in minor units. */
  private record Sums(BigInteger debit, BigInteger credit) {
    Sums plus(BigInteger addedDebit, BigInteger addedCredit) {
      return new Sums(debit.add(addedDebit), credit.add(addedCredit));
    }
  }

  private void ledger(Context ctx, Visit visit) {
    TrialBalance balance = services.engine().ledger().trialBalance();
    Map<Currency, Sums> sums = new TreeMap<>();
    List<View.TrialRow> shown = new ArrayList<>();
    for (TrialBalance.Row row : balance.rows()) {
      Amount amount = row.balance();
      boolean debit = (row.type().naturalSide() == Side.DEBIT) == !amount.isNegative();
      Amount size = amount.isNegative() ? amount.negated() : amount;
      BigInteger units = BigInteger.valueOf(size.minorUnits());
      sums.merge(
          amount.currency(),
          new Sums(debit ? units : BigInteger.ZERO, debit ? BigInteger.ZERO : units),
          (a, b) -> a.plus(b.debit(), b.credit()));
      shown.add(
          new View.TrialRow(
              row.code(),
              Show.words(row.type().name()),
              Long.toString(row.accounts()),
              debit ? Show.amount(size) : "",
              debit ? "" : Show.amount(size)));
    }
    List<View.TrialSum> feet = new ArrayList<>();
    sums.forEach(
        (currency, sum) ->
            feet.add(
                new View.TrialSum(
                    currency.code(),
                    total(sum.debit(), currency),
                    total(sum.credit(), currency),
                    sum.debit().equals(sum.credit()),
                    total(sum.debit().subtract(sum.credit()), currency))));
    show(
        ctx,
        visit,
        "Trial balance",
        "admin/ledger.jte",
        Map.of("view", new View.TrialBalance(shown, feet)));
  }

  private static String total(BigInteger units, Currency currency) {
    return Show.amount(Amount.ofMinor(units.longValueExact(), currency));
  }

  private void moveClock(Context ctx, Visit visit, TrialTime trial) {
    String back = back(ctx.header("Referer"));
    act(
        ctx,
        visit,
        back,
        back,
        () -> "It is now " + Show.minute(trial.advance(form(ctx, "by")), ZoneOffset.UTC) + ".");
  }

  /** The page the form was on, if it is one of ours. */
  private static String back(@Nullable String referer) {
    String path = referer == null ? "" : referer.replaceFirst("^https?://[^/]+", "");
    return path.matches("/admin/[a-z/0-9-]*") ? path : "/admin/customers";
  }
}
