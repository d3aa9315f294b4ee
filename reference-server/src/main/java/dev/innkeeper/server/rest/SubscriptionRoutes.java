package dev.innkeeper.server.rest;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.subscription.CancelAt;
import dev.innkeeper.billing.subscription.NewSubscription;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a customer runs. */
final class SubscriptionRoutes {
  private final Services services;
  private final Requests requests;

  SubscriptionRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.command("/v1/subscriptions", Caller.CUSTOMER, "Starts a service.", this::start)
            .withFields("product!", "options", "quantity", "name"),
        Endpoint.get("/v1/subscriptions", Caller.CUSTOMER, "The customer's services.", this::list),
        Endpoint.get(
            "/v1/subscriptions/{id}", Caller.CUSTOMER, "One service, and where it is.", this::show),
        Endpoint.post(
                "/v1/subscriptions/{id}/cancel", Caller.CUSTOMER, "Ends a service.", this::cancel)
            .withFields("when"));
  }

  private void start(Context ctx) {
    UUID customerId = requests.customer(ctx);
    Customer customer = services.engine().customers().get(customerId);
    JsonBody body = requests.body(ctx);
    String name = body.optionalText("name");
    NewSubscription wanted =
        NewSubscription.of(customerId, body.text("product"), customer.currency())
            .withOptions(body.texts("options"))
            .withQuantity(body.integer("quantity", 1, 1, 1_000_000));
    body.check();
    NewSubscription named = name == null ? wanted : wanted.withMetadata(Map.of("name", name));
    requests.write(ctx, 201, services.shop().start(named, requests.key(ctx)));
  }

  private void list(Context ctx) {
    UUID customerId = requests.customer(ctx);
    requests.write(ctx, 200, Map.of("items", services.shop().list(customerId)));
  }

  private void show(Context ctx) {
    UUID customerId = requests.customer(ctx);
    Subscription found = services.engine().subscriptions().get(customerId, requests.id(ctx, "id"));
    requests.write(ctx, 200, services.shop().view(found));
  }

  private void cancel(Context ctx) {
    UUID customerId = requests.customer(ctx);
    JsonBody body = requests.body(ctx);
    String when = body.optionalText("when");
    CancelAt at = body.guarded("when", CancelAt.NOW, () -> at(when == null ? "now" : when));
    body.check();
    requests.write(ctx, 200, services.shop().cancel(customerId, requests.id(ctx, "id"), at));
  }

  private static CancelAt at(String text) {
    return switch (text) {
      case "now" -> CancelAt.NOW;
      case "period-end" -> CancelAt.PERIOD_END;
      default -> throw new InvalidInput("when", "must be now or period-end");
    };
  }
}
