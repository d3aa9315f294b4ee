package dev.innkeeper.server.rest;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.ledger.HistoryPage;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.AddMethodResult;
import dev.innkeeper.billing.payment.NewMethod;
import dev.innkeeper.billing.payment.PayPage;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentMethod;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.TopUps;
import dev.innkeeper.billing.payment.WalletRule;
import dev.innkeeper.billing.payment.Wallets.Pocket;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.promotion.RedeemResult;
import dev.innkeeper.server.rest.Endpoint.Caller;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A customer's money and cards. */
final class WalletRoutes {
  private final Services services;
  private final Requests requests;

  /** A card as its owner sees it. */
  record Card(
      UUID id,
      String provider,
      String brand,
      String last4,
      String expiry,
      boolean usable,
      @Nullable String disabledCode) {}

  /** A payment as the one who pays sees it. */
  record Paid(
      UUID id,
      @Nullable UUID invoiceId,
      @Nullable UUID cardId,
      Amount amount,
      PaymentState state,
      @Nullable String declineCode,
      @Nullable String message,
      @Nullable String actionUrl,
      Instant recordedAt) {
    static Paid of(Payment payment) {
      return new Paid(
          payment.id(),
          payment.invoiceId(),
          payment.methodId(),
          payment.amount(),
          payment.state(),
          payment.declineCode(),
          payment.message(),
          payment.actionUrl(),
          payment.recordedAt());
    }
  }

  WalletRoutes(Services services, Requests requests) {
    this.services = services;
    this.requests = requests;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/wallet", Caller.CUSTOMER, "What the customer has and owes.", this::show),
        Endpoint.get(
                "/v1/wallet/history", Caller.CUSTOMER, "What moved, newest first.", this::history)
            .withQuery("pocket", "after", "limit"),
        Endpoint.get(
            "/v1/wallet/outlook",
            Caller.CUSTOMER,
            "How the wallet goes on if nothing changes, and when it is used up.",
            this::outlook),
        Endpoint.get(
            "/v1/wallet/rule",
            Caller.CUSTOMER,
            "What happens when the wallet runs low.",
            this::rule),
        Endpoint.post(
                "/v1/wallet/rule",
                Caller.CUSTOMER,
                "Sets when to be told of a low wallet, and what to fill it with.",
                this::follow)
            .withFields("threshold!", "topUp", "card"),
        Endpoint.delete("/v1/wallet/rule", Caller.CUSTOMER, "Forgets the rule.", this::forget),
        Endpoint.command(
                "/v1/top-ups", Caller.CUSTOMER, "Moves money from a card to cash.", this::topUp)
            .withFields("amount!", "card", "returnUrl", "provider"),
        Endpoint.get(
                "/v1/payments", Caller.CUSTOMER, "Charges of cards, newest first.", this::payments)
            .paged(),
        Endpoint.get(
            "/v1/cards", Caller.CUSTOMER, "Cards in the order they are tried.", this::cards),
        Endpoint.command(
                "/v1/cards", Caller.CUSTOMER, "Adds a card, or tells at which page.", this::addCard)
            .withFields("token", "provider", "returnUrl"),
        Endpoint.post(
            "/v1/cards/{id}/default", Caller.CUSTOMER, "Tries this card first.", this::prefer),
        Endpoint.delete("/v1/cards/{id}", Caller.CUSTOMER, "Removes a card.", this::remove),
        Endpoint.command(
                "/v1/voucher-redemptions", Caller.CUSTOMER, "Redeems a voucher.", this::redeem)
            .withFields("code!"));
  }

  private void show(Context ctx) {
    requests.write(ctx, 200, services.engine().wallets().of(requests.customer(ctx)));
  }

  private void history(Context ctx) {
    UUID customerId = requests.customer(ctx);
    HistoryPage page =
        services
            .engine()
            .wallets()
            .history(
                customerId,
                pocket(ctx.queryParam("pocket")),
                requests.cursor(ctx),
                requests.limit(ctx));
    Map<String, @Nullable Object> body = new HashMap<>();
    body.put("items", page.entries());
    body.put("next", page.next());
    requests.write(ctx, 200, body);
  }

  private void outlook(Context ctx) {
    requests.write(ctx, 200, services.engine().runways().outlook(requests.customer(ctx)));
  }

  private void rule(Context ctx) {
    Map<String, @Nullable Object> body = new HashMap<>();
    body.put("rule", services.engine().walletRules().of(requests.customer(ctx)).orElse(null));
    requests.write(ctx, 200, body);
  }

  private void follow(Context ctx) {
    UUID customerId = requests.customer(ctx);
    Customer customer = services.engine().customers().get(customerId);
    JsonBody body = requests.body(ctx);
    Amount threshold = body.positive("threshold", customer.currency());
    String topUpText = body.optionalText("topUp");
    Amount topUp = topUpText == null ? null : body.positive("topUp", customer.currency());
    UUID card = body.optionalId("card");
    body.check();
    services.engine().walletRules().set(customerId, new WalletRule(threshold, topUp, card));
    services.doDueWork().run();
    rule(ctx);
  }

  private void forget(Context ctx) {
    services.engine().walletRules().remove(requests.customer(ctx));
    ctx.status(204);
  }

  private static Pocket pocket(@Nullable String text) {
    return switch (text == null ? "cash" : text) {
      case "cash" -> Pocket.CASH;
      case "voucher" -> Pocket.VOUCHER;
      case "owed" -> Pocket.OWED;
      default -> throw new InvalidInput("pocket", "must be cash, voucher or owed");
    };
  }

  private void topUp(Context ctx) {
    UUID customerId = requests.customer(ctx);
    Customer customer = services.engine().customers().get(customerId);
    JsonBody body = requests.body(ctx);
    Amount amount = body.positive("amount", customer.currency());
    UUID card = body.optionalId("card");
    String returnUrl = body.optionalText("returnUrl");
    String provider = body.optionalText("provider");
    body.check();
    TopUps topUps = services.engine().topUps();
    Payment payment =
        returnUrl == null
            ? topUps.topUp(customerId, amount, card, requests.key(ctx))
            : topUps.topUpOnPage(
                customerId,
                amount,
                new PayPage(services.paymentProvider(provider), returnUrl),
                requests.key(ctx));
    services.doDueWork().run();
    requests.write(ctx, 201, Paid.of(payment));
  }

  private void payments(Context ctx) {
    UUID customerId = requests.customer(ctx);
    int limit = requests.limit(ctx);
    List<Payment> found =
        services.engine().payments().list(customerId, requests.cursorId(ctx), limit + 1);
    requests.page(ctx, found, limit, payment -> payment.id().toString(), Paid::of);
  }

  private void cards(Context ctx) {
    List<Card> cards =
        services.engine().paymentMethods().list(requests.customer(ctx)).stream()
            .map(this::card)
            .toList();
    requests.write(ctx, 200, Map.of("items", cards));
  }

  private Card card(PaymentMethod method) {
    return new Card(
        method.id(),
        method.provider(),
        method.brand(),
        method.last4(),
        String.format(
            Locale.ROOT, "%d-%02d", method.expiry().getYear(), method.expiry().getMonthValue()),
        method.isUsableAt(services.engine().now()),
        method.disabledCode());
  }

  private void addCard(Context ctx) {
    UUID customerId = requests.customer(ctx);
    JsonBody body = requests.body(ctx);
    String token = body.optionalText("token");
    String provider = body.optionalText("provider");
    String returnUrl = body.optionalText("returnUrl");
    body.check();
    AddMethodResult result =
        services
            .engine()
            .paymentMethods()
            .add(
                customerId,
                new NewMethod(services.paymentProvider(provider), token, returnUrl),
                requests.key(ctx));
    services.doDueWork().run();
    if (result instanceof AddMethodResult.Added added) {
      requests.write(ctx, 201, card(added.method()));
    } else if (result instanceof AddMethodResult.Redirect redirect) {
      requests.write(ctx, 202, Map.of("url", redirect.url()));
    } else {
      AddMethodResult.Refused refused = (AddMethodResult.Refused) result;
      throw new NotAllowed(refused.code().replace('_', '-'), refused.message());
    }
  }

  private void prefer(Context ctx) {
    services.engine().paymentMethods().makeDefault(requests.customer(ctx), requests.id(ctx, "id"));
    cards(ctx);
  }

  private void remove(Context ctx) {
    services.engine().paymentMethods().remove(requests.customer(ctx), requests.id(ctx, "id"));
    ctx.status(204);
  }

  private void redeem(Context ctx) {
    UUID customerId = requests.customer(ctx);
    JsonBody body = requests.body(ctx);
    String code = body.text("code");
    body.check();
    RedeemResult result = services.engine().vouchers().redeem(customerId, code, requests.key(ctx));
    services.doDueWork().run();
    if (result instanceof RedeemResult.Redeemed redeemed) {
      requests.write(ctx, 201, redeemed);
    } else {
      RedeemResult.Refused refused = (RedeemResult.Refused) result;
      throw new NotAllowed(
          "voucher-" + refused.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          refused.message());
    }
  }
}
