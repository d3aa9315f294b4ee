package dev.innkeeper.server.pages;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.payment.AddMethodResult;
import dev.innkeeper.billing.payment.PayPage;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.TopUps;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Capability;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.promotion.RedeemResult;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.UUID;

/** A customer's money. */
final class WalletPages extends PageRoutes {
  private static final String WALLET = "/wallet";

  private final WalletView wallets;
  private final PayPagesView payPages;

  WalletPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.wallets = new WalletView(services);
    this.payPages = new PayPagesView(services);
  }

  void addTo(RoutesConfig routes) {
    routes.get(WALLET, ctx -> forCustomer(ctx, this::show));
    routes.post("/wallet/top-ups", ctx -> forCustomer(ctx, this::topUp));
    routes.post("/wallet/vouchers", ctx -> forCustomer(ctx, this::redeem));
    routes.post("/wallet/cards", ctx -> forCustomer(ctx, this::addCard));
    routes.post("/wallet/cards/page", ctx -> forCustomer(ctx, this::addCardOnPage));
    routes.post("/wallet/cards/{id}/default", ctx -> forCustomer(ctx, this::prefer));
    routes.post("/wallet/cards/{id}/remove", ctx -> forCustomer(ctx, this::remove));
  }

  private void show(Context ctx, Visit visit, UUID customerId) {
    show(
        ctx,
        visit,
        "Wallet",
        "wallet.jte",
        Map.of("view", wallets.of(customerId), "pay", payPages.of(customerId)));
  }

  private void topUp(Context ctx, Visit visit, UUID customerId) {
    actOrLeave(
        ctx,
        visit,
        WALLET,
        () -> {
          Customer customer = services.engine().customers().get(customerId);
          Amount amount = Amount.parse(form(ctx, "amount"), customer.currency());
          TopUps topUps = services.engine().topUps();
          String key = form(ctx, "key");
          Payment payment =
              form(ctx, "card").equals("page")
                  ? topUps.topUpOnPage(customerId, amount, payPage(ctx), key)
                  : topUps.topUp(customerId, amount, uuid("card", form(ctx, "card")), key);
          services.doDueWork().run();
          return told(payment);
        });
  }

  private PayPage payPage(Context ctx) {
    return new PayPage(
        payPages
            .provider(Capability.PAGE_CHARGE)
            .orElseThrow(() -> new InvalidInput("card", "choose one of the list")),
        payPages.returnUrl(ctx, "payment"));
  }

  /** The customer goes to the provider's page, and enters a card there. */
  private void addCardOnPage(Context ctx, Visit visit, UUID customerId) {
    actOrLeave(
        ctx,
        visit,
        WALLET,
        () -> {
          String provider =
              payPages
                  .provider(Capability.HOSTED_SET_UP)
                  .orElseThrow(() -> new NotAllowed("no-page", "cards can't be added here"));
          AddMethodResult result =
              services
                  .engine()
                  .paymentMethods()
                  .add(customerId, provider, null, payPages.returnUrl(ctx, "card"));
          if (result instanceof AddMethodResult.Redirect redirect) {
            return Done.elsewhere("Enter your card at " + Show.words(provider), redirect.url());
          }
          if (result instanceof AddMethodResult.Refused refused) {
            throw new NotAllowed(refused.code(), refused.message());
          }
          return Done.here("The card is added.");
        });
  }

  static Done told(Payment payment) {
    return switch (payment.state()) {
      case SUCCEEDED -> Done.here(Show.amount(payment.amount()) + " are in your wallet.");
      case DECLINED ->
          throw new NotAllowed(
              "card-declined",
              payment.message() == null ? "the card was declined" : payment.message());
      case ACTION_REQUIRED ->
          Done.elsewhere(
              payment.isOnPage()
                  ? "Pay at " + Show.words(payment.provider())
                  : "Your bank wants to hear from you",
              payment.actionUrl());
      default -> Done.here("The payment is under way; it shows here once the bank has answered.");
    };
  }

  private void redeem(Context ctx, Visit visit, UUID customerId) {
    act(
        ctx,
        visit,
        WALLET,
        WALLET,
        () -> {
          RedeemResult result =
              services.engine().vouchers().redeem(customerId, form(ctx, "code"), form(ctx, "key"));
          if (result instanceof RedeemResult.Refused refused) {
            throw new NotAllowed("voucher-refused", refused.message());
          }
          services.doDueWork().run();
          RedeemResult.Redeemed redeemed = (RedeemResult.Redeemed) result;
          return Show.amount(redeemed.amount()) + " of credit are in your wallet.";
        });
  }

  private void addCard(Context ctx, Visit visit, UUID customerId) {
    act(
        ctx,
        visit,
        WALLET,
        WALLET,
        () -> {
          String number = form(ctx, "number").replaceAll("[\\s-]", "");
          AddMethodResult result =
              services.engine().paymentMethods().add(customerId, "sandbox", number, null);
          if (result instanceof AddMethodResult.Refused refused) {
            throw new NotAllowed(refused.code(), refused.message());
          }
          services.doDueWork().run();
          return "The card is added.";
        });
  }

  private void prefer(Context ctx, Visit visit, UUID customerId) {
    act(
        ctx,
        visit,
        WALLET,
        WALLET,
        () -> {
          services.engine().paymentMethods().makeDefault(customerId, id(ctx, "id"));
          return "This card is used first from now on.";
        });
  }

  private void remove(Context ctx, Visit visit, UUID customerId) {
    act(
        ctx,
        visit,
        WALLET,
        WALLET,
        () -> {
          services.engine().paymentMethods().remove(customerId, id(ctx, "id"));
          return "The card is removed.";
        });
  }

  static UUID uuid(String field, String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInput(field, "choose one of the list");
    }
  }
}
