package dev.innkeeper.server.pages;

import dev.innkeeper.billing.db.Contention;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every page. Thread-safe. */
public final class Pages {
  private static final String ICON =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\" fill=\"none\""
          + " stroke=\"#1f6353\" stroke-width=\"2.2\" stroke-linejoin=\"round\">"
          + "<path d=\"M4 21V9l8-6 8 6v12z\"/><path d=\"M9 21v-6a3 3 0 0 1 6 0v6\"/></svg>";
  private static final Logger LOG = LoggerFactory.getLogger(Pages.class);

  private final Renderer renderer;
  private final AccountPages account;
  private final ShopPages shop;
  private final WalletPages wallet;
  private final InvoicePages invoices;
  private final AdminPages admin;
  private final CorrectionPages corrections;
  private final DraftPages drafts;
  private final SalesPages sales;
  private final WebhookPages webhooks;
  private final EventPages events;
  private final ResourcePages resources;
  private final CostPages costs;
  private final MailPages mails;
  private final ReturnPages returns;
  private final ProviderPages providers;
  private final MoneyPages money;
  private final CouponPages coupons;

  public Pages(Services services) {
    this.renderer = new Renderer(services);
    this.account = new AccountPages(services, renderer);
    this.shop = new ShopPages(services, renderer);
    this.wallet = new WalletPages(services, renderer);
    this.invoices = new InvoicePages(services, renderer);
    this.admin = new AdminPages(services, renderer);
    this.corrections = new CorrectionPages(services, renderer);
    this.drafts = new DraftPages(services, renderer);
    this.sales = new SalesPages(services, renderer);
    this.webhooks = new WebhookPages(services, renderer);
    this.events = new EventPages(services, renderer);
    this.resources = new ResourcePages(services, renderer);
    this.costs = new CostPages(services, renderer);
    this.mails = new MailPages(services, renderer);
    this.returns = new ReturnPages(services, renderer);
    this.providers = new ProviderPages(services, renderer);
    this.money = new MoneyPages(services, renderer);
    this.coupons = new CouponPages(services, renderer);
  }

  /** Adds every route. */
  public void addTo(RoutesConfig routes) {
    routes.before(Pages::headers);
    routes.get("/style.css", this::style);
    routes.get("/icon.svg", Pages::icon);
    account.addTo(routes);
    shop.addTo(routes);
    wallet.addTo(routes);
    invoices.addTo(routes);
    admin.addTo(routes);
    corrections.addTo(routes);
    drafts.addTo(routes);
    sales.addTo(routes);
    webhooks.addTo(routes);
    events.addTo(routes);
    resources.addTo(routes);
    costs.addTo(routes);
    mails.addTo(routes);
    returns.addTo(routes);
    providers.addTo(routes);
    money.addTo(routes);
    coupons.addTo(routes);
  }

  /** Ends what still streams to browsers; before the web server stops. */
  public void close() {
    resources.close();
  }

  private static void headers(Context ctx) {
    ctx.header(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
            + " frame-ancestors 'none'; base-uri 'none'");
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("X-Frame-Options", "DENY");
    ctx.header("Referrer-Policy", "same-origin");
    ctx.header("Cross-Origin-Opener-Policy", "same-origin");
    ctx.header("Cache-Control", "no-store");
  }

  private void style(Context ctx) {
    // Its address changes with its content.
    ctx.header("Cache-Control", "public, max-age=31536000, immutable");
    ctx.contentType("text/css; charset=utf-8").result(renderer.style());
  }

  private static void icon(Context ctx) {
    ctx.header("Cache-Control", "public, max-age=86400");
    ctx.contentType("image/svg+xml").result(ICON);
  }

  /** Shows what went wrong. */
  public void problem(Context ctx, Exception failure) {
    int status = statusOf(failure);
    String headline;
    String detail;
    if (failure instanceof BillingException refused) {
      headline = refused instanceof NotFound ? "There is nothing here" : "That did not work";
      detail = PageRoutes.sentence(refused);
    } else if (status == 404) {
      headline = "There is nothing here";
      detail = "This page does not exist, or not any more.";
    } else if (status == 413) {
      headline = "Too much at once";
      detail = "What was sent is larger than this server takes. Send less at a time.";
    } else if (failure instanceof Contention) {
      LOG.warn("{} {} lost against others", ctx.method(), ctx.path(), failure);
      ctx.header("Retry-After", "1");
      headline = "Very busy just now";
      detail = "Too many others want the same at this moment. Go back and try again.";
    } else if (status < 500) {
      headline = "That did not work";
      detail = String.valueOf(failure.getMessage());
    } else {
      LOG.error("{} {} failed", ctx.method(), ctx.path(), failure);
      headline = "Something went wrong here";
      detail = "It is in the server's log. Try again in a moment.";
    }
    ctx.status(status);
    Visit visit = account.visit(ctx);
    renderer.show(
        ctx,
        visit,
        headline,
        "problem.jte",
        Map.of("status", status, "headline", headline, "detail", detail));
  }

  private static int statusOf(Exception failure) {
    if (failure instanceof HttpResponseException http) {
      return http.getStatus();
    }
    if (failure instanceof InvalidInput) {
      return 400;
    }
    if (failure instanceof NotFound) {
      return 404;
    }
    if (failure instanceof Conflict) {
      return 409;
    }
    if (failure instanceof Contention) {
      return 503;
    }
    return failure instanceof BillingException ? 422 : 500;
  }
}
