package dev.innkeeper.server.rest;

import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;

/** The public API under {@code /v1}. Thread-safe. */
public final class RestApi {
  private static final String ROOT = "/v1";

  private final Problems problems;
  private final Requests requests;
  private final List<Endpoint> endpoints;
  private final String description;

  public RestApi(Services services) {
    this.problems = new Problems(services.json(), services.config().http().bodyBytesMax());
    this.requests = new Requests(services.json(), services.access());
    List<Endpoint> all = new ArrayList<>();
    all.addAll(new AccountRoutes(services, requests).endpoints());
    all.addAll(new CatalogRoutes(services, requests).endpoints());
    all.addAll(new SubscriptionRoutes(services, requests).endpoints());
    all.addAll(new WalletRoutes(services, requests).endpoints());
    all.addAll(new InvoiceRoutes(services, requests).endpoints());
    all.addAll(new AdminRoutes(services, requests).endpoints());
    all.addAll(new DraftRoutes(services, requests).endpoints());
    all.addAll(new CorrectionRoutes(services, requests).endpoints());
    all.addAll(new ProvisioningRoutes(services, requests).endpoints());
    all.addAll(new VoucherRoutes(services, requests).endpoints());
    all.addAll(new WebhookRoutes(services, requests).endpoints());
    all.addAll(new EventRoutes(services, requests).endpoints());
    all.addAll(new HealthRoutes(services, requests).endpoints());
    all.addAll(new MailRoutes(services, requests).endpoints());
    all.addAll(new BillingRunRoutes(services, requests).endpoints());
    all.addAll(new PromotionRoutes(services, requests).endpoints());
    all.addAll(new MoneyRoutes(services, requests).endpoints());
    all.addAll(new ClockRoutes(services, requests).endpoints());
    all.addAll(new PaymentRoutes(services, requests).endpoints());
    this.endpoints = List.copyOf(all);
    this.description = OpenApi.describe(services.json(), endpoints).toPrettyString();
  }

  /** Adds every route. */
  public void addTo(RoutesConfig routes) {
    routes.before(ROOT + "/*", RestApi::headers);
    routes.get(
        ROOT + "/openapi.json", ctx -> ctx.contentType("application/json").result(description));
    for (Endpoint endpoint : endpoints) {
      routes.addHttpHandler(endpoint.method(), endpoint.path(), ctx -> handle(ctx, endpoint));
    }
  }

  private void handle(Context ctx, Endpoint endpoint) throws Exception {
    // Who asks is settled before the body is looked at.
    switch (endpoint.caller()) {
      case ANYBODY -> {}
      case SIGNED_IN -> requests.identity(ctx);
      case CUSTOMER -> requests.customer(ctx);
      case ADMIN -> requests.admin(ctx);
    }
    if (endpoint.keyed()) {
      requests.key(ctx);
    }
    endpoint.handler().handle(ctx);
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  private static void headers(Context ctx) {
    ctx.header("Cache-Control", "no-store");
    ctx.header("X-Content-Type-Options", "nosniff");
  }

  /** Whether a request is one of this API's, so that its problems are told as JSON. */
  public static boolean isFor(Context ctx) {
    return ctx.path().equals(ROOT) || ctx.path().startsWith(ROOT + "/");
  }

  /** Answers with what went wrong. */
  public void problem(Context ctx, Exception failure) {
    problems.write(ctx, failure);
  }
}
