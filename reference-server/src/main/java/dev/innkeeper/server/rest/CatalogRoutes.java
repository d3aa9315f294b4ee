package dev.innkeeper.server.rest;

import dev.innkeeper.billing.catalog.Catalog;
import dev.innkeeper.billing.catalog.PriceVersion;
import dev.innkeeper.billing.catalog.Product;
import dev.innkeeper.billing.catalog.QuoteRequest;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** What is sold, and for how much. */
final class CatalogRoutes {
  private final Catalog catalog;
  private final Requests requests;

  /** A product with the prices that were ever published for it, newest first. */
  record Priced(Product product, List<PriceVersion> prices) {}

  CatalogRoutes(Services services, Requests requests) {
    this.catalog = services.engine().catalog();
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/products", Caller.ANYBODY, "What is sold.", this::list),
        Endpoint.get(
            "/v1/products/{code}", Caller.ANYBODY, "One product with its prices.", this::show),
        Endpoint.post(
                "/v1/quotes", Caller.ANYBODY, "What something would cost, before tax.", this::quote)
            .withFields("product!", "options", "currency", "quantity"));
  }

  private void list(Context ctx) {
    List<Product> sold = catalog.products().stream().filter(product -> !product.retired()).toList();
    requests.write(ctx, 200, Map.of("items", sold));
  }

  private void show(Context ctx) {
    String code = ctx.pathParam("code");
    requests.write(ctx, 200, new Priced(catalog.product(code), catalog.versions(code)));
  }

  private void quote(Context ctx) {
    JsonBody body = requests.body(ctx);
    QuoteRequest wanted =
        QuoteRequest.of(
                body.text("product"),
                body.texts("options"),
                body.currency("currency", Currency.EUR))
            .withQuantity(body.integer("quantity", 1, 1, 1_000_000));
    body.check();
    requests.write(ctx, 200, catalog.quote(wanted));
  }
}
