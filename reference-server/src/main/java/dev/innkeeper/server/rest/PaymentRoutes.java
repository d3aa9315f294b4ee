package dev.innkeeper.server.rest;

import dev.innkeeper.billing.payment.PayPage;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.WebhookReceipt;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.rest.WalletRoutes.Paid;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What payment providers tell, and what became of payments. */
final class PaymentRoutes {
  private final Services services;
  private final Requests requests;

  PaymentRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/v1/payment-providers",
            Caller.SIGNED_IN,
            "The payment providers there are, the first being the one that is used unless named.",
            this::providers),
        Endpoint.post(
            "/v1/payments/{id}/refresh",
            Caller.CUSTOMER,
            "Asks the provider now what became of a payment.",
            this::refresh),
        Endpoint.command(
                "/v1/invoices/{id}/pay-page",
                Caller.CUSTOMER,
                "Opens a page of the provider's to pay an invoice on.",
                this::payOnPage)
            .withFields("returnUrl!", "provider"),
        Endpoint.post(
            "/v1/webhooks/{provider}",
            Caller.ANYBODY,
            "Takes what a payment provider tells, by its signature.",
            this::webhook),
        Endpoint.get(
            "/v1/admin/payment-providers/{provider}/findings",
            Caller.ADMIN,
            "Has a provider check its keys and webhooks; changes nothing.",
            this::diagnose));
  }

  private void providers(Context ctx) {
    requests.write(ctx, 200, Map.of("items", services.engine().payments().profiles()));
  }

  private void refresh(Context ctx) {
    Payment payment =
        services.engine().payments().refresh(requests.customer(ctx), requests.id(ctx, "id"));
    services.doDueWork().run();
    requests.write(ctx, 200, Paid.of(payment));
  }

  private void payOnPage(Context ctx) {
    UUID customerId = requests.customer(ctx);
    JsonBody body = requests.body(ctx);
    String returnUrl = body.text("returnUrl");
    String provider = body.optionalText("provider");
    body.check();
    Payment payment =
        services
            .engine()
            .settlement()
            .payOnPage(
                customerId,
                requests.id(ctx, "id"),
                new PayPage(services.paymentProvider(provider), returnUrl),
                requests.key(ctx));
    services.doDueWork().run();
    requests.write(ctx, 201, Paid.of(payment));
  }

  /** Any answer but 2xx makes a provider send it again. */
  private void webhook(Context ctx) {
    String provider = ctx.pathParam("provider");
    if (!services.engine().payments().providers().contains(provider)) {
      throw new Refused(404, "no-such-provider", "there is no payment provider of this name here");
    }
    Map<String, String> headers = new HashMap<>(ctx.headerMap());
    WebhookReceipt receipt =
        services.engine().payments().receiveWebhook(provider, headers, ctx.bodyAsBytes());
    if (receipt instanceof WebhookReceipt.Rejected rejected) {
      throw new Refused(400, "webhook-refused", rejected.reason());
    }
    services.doDueWork().run();
    requests.write(ctx, 200, receipt);
  }

  private void diagnose(Context ctx) {
    String provider = ctx.pathParam("provider");
    requests.write(ctx, 200, Map.of("items", services.engine().payments().diagnose(provider)));
  }
}
