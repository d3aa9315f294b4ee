package dev.innkeeper.server.rest;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.customer.CustomerDetails;
import dev.innkeeper.billing.customer.NewCustomer;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.auth.Access;
import dev.innkeeper.server.auth.AccessToken;
import dev.innkeeper.server.auth.Identity;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.BuyerDetails;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Signing up and in, and what invoices say of one. */
final class AccountRoutes {
  private static final String[] DETAILS = {
    "name!", "language!", "company", "vatId", "street", "postalCode", "city", "country"
  };

  private final Services services;
  private final Requests requests;

  /** Who one is. */
  record Me(String email, String role, @Nullable Customer customer) {}

  /** A new customer's sign-in. */
  record SignedUp(Customer customer, String token, Instant tokenExpiresAt) {}

  AccountRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/health", Caller.ANYBODY, "Whether the server works.", this::health),
        Endpoint.command("/v1/customers", Caller.ANYBODY, "Signs a customer up.", this::signUp)
            .withFields(
                "name!",
                "email!",
                "password!",
                "currency",
                "zone",
                "anchorDay",
                "language",
                "company",
                "vatId",
                "street",
                "postalCode",
                "city",
                "country"),
        Endpoint.post("/v1/sessions", Caller.ANYBODY, "Gives a token.", this::signIn)
            .withFields("email!", "password!"),
        Endpoint.delete(
            "/v1/sessions", Caller.SIGNED_IN, "Ends the token it is sent with.", this::signOut),
        Endpoint.get("/v1/me", Caller.SIGNED_IN, "Who the token belongs to.", this::me),
        Endpoint.put(
                "/v1/me/details",
                Caller.CUSTOMER,
                "Sets what the next invoices say of you; what is left out is taken away.",
                this::changeOwn)
            .withFields(DETAILS),
        Endpoint.put(
                "/v1/admin/customers/{id}/details",
                Caller.ADMIN,
                "Sets what a customer's next invoices say; what is left out is taken away.",
                this::change)
            .withFields(DETAILS));
  }

  private void health(Context ctx) {
    requests.write(ctx, 200, Map.of("status", "ok", "time", services.engine().now().toString()));
  }

  private void signUp(Context ctx) {
    String key = requests.key(ctx);
    JsonBody body = requests.body(ctx);
    NewCustomer wanted =
        NewCustomer.named(
            body.text("name"), body.text("email"), body.currency("currency", Currency.EUR));
    String zone = body.optionalText("zone");
    if (zone != null) {
      ZoneId parsed = body.guarded("zone", wanted.zone(), () -> zone("zone", zone));
      wanted = wanted.withZone(parsed);
    }
    wanted = wanted.withAnchorDay(body.integer("anchorDay", 1, 1, 31));
    String language = body.optionalText("language");
    if (language != null) {
      wanted = wanted.withLanguage(language);
    }
    BuyerDetails details = details(body);
    String password = body.text("password");
    body.check();
    Identity identity = services.access().signUp(details.of(wanted), password, key);
    AccessToken token = services.access().issue(identity, Access.Kind.API);
    Customer customer = services.engine().customers().get(identity.requireCustomer());
    requests.write(ctx, 201, new SignedUp(customer, token.secret(), token.expiresAt()));
  }

  private static BuyerDetails details(JsonBody body) {
    return new BuyerDetails(
        body.optionalText("company"),
        body.optionalText("vatId"),
        body.optionalText("street"),
        body.optionalText("postalCode"),
        body.optionalText("city"),
        body.optionalText("country"));
  }

  private void changeOwn(Context ctx) {
    change(ctx, requests.identity(ctx).requireCustomer());
  }

  private void change(Context ctx) {
    change(ctx, requests.id(ctx, "id"));
  }

  private void change(Context ctx, UUID customerId) {
    JsonBody body = requests.body(ctx);
    CustomerDetails before = CustomerDetails.of(services.engine().customers().get(customerId));
    CustomerDetails wanted = before.withName(body.text("name")).withLanguage(body.text("language"));
    BuyerDetails details = details(body);
    body.check();
    requests.write(ctx, 200, services.engine().customers().change(customerId, details.of(wanted)));
  }

  private static ZoneId zone(String field, String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new InvalidInput(field, "'" + text + "' is no time zone such as Europe/Zurich");
    }
  }

  private void signIn(Context ctx) {
    JsonBody body = requests.body(ctx);
    String email = body.text("email");
    String password = body.text("password");
    body.check();
    Identity identity =
        services
            .access()
            .signIn(email, password, ctx.ip())
            .orElseThrow(
                () ->
                    new Refused(
                        401, "sign-in-wrong", "this address and password don't belong together"));
    AccessToken token = services.access().issue(identity, Access.Kind.API);
    requests.write(
        ctx,
        201,
        Map.of(
            "token",
            token.secret(),
            "tokenExpiresAt",
            token.expiresAt(),
            "role",
            identity.role().name()));
  }

  private void signOut(Context ctx) {
    requests.identity(ctx);
    String header = ctx.header("Authorization");
    services.access().revoke(header == null ? "" : header.substring("Bearer ".length()).trim());
    ctx.status(204);
  }

  private void me(Context ctx) {
    Identity identity = requests.identity(ctx);
    Customer customer =
        identity.customerId() == null
            ? null
            : services.engine().customers().get(identity.requireCustomer());
    requests.write(ctx, 200, new Me(identity.email(), identity.role().name(), customer));
  }
}
