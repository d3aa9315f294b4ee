package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.payment.AddMethodResult;
import dev.innkeeper.billing.payment.NewMethod;
import dev.innkeeper.billing.payment.PayPage;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.WalletRule;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Capability;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.promotion.RedeemableCodes;
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
  private final BillingEngine engine;

  WalletPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.wallets = new WalletView(services);
    this.payPages = new PayPagesView(services);
    this.engine = services.engine();
  }

  void addTo(RoutesConfig routes) {
    routes.get(WALLET, ctx -> forCustomer(ctx, this::show));
    leave(routes, "/wallet/top-ups", this::topUp);
    change(routes, "/wallet/vouchers", this::redeem);
    change(routes, "/wallet/requests", this::ask);
    change(routes, "/wallet/rule", this::follow);
    change(routes, "/wallet/rule/remove", this::forget);
    change(routes, "/wallet/cards", this::addCard);
    leave(routes, "/wallet/cards/page", this::addCardOnPage);
    change(routes, "/wallet/cards/{id}/default", this::prefer);
    change(routes, "/wallet/cards/{id}/remove", this::remove);
  }

  /** What a form on the wallet's page does; gives what to tell about it. */
  private interface Change {
    String make(Context ctx, UUID customerId);
  }

  private void change(RoutesConfig routes, String path, Change change) {
    routes.post(
        path,
        ctx ->
            forCustomer(
                ctx,
                (c, visit, customerId) ->
                    act(c, visit, WALLET, WALLET, () -> change.make(c, customerId))));
  }

  /** The same where it may have to go on at a bank or at a provider. */
  private interface Leaving {
    Done make(Context ctx, UUID customerId);
  }

  private void leave(RoutesConfig routes, String path, Leaving leaving) {
    routes.post(
        path,
        ctx ->
            forCustomer(
                ctx,
                (c, visit, customerId) ->
                    actOrLeave(c, visit, WALLET, () -> leaving.make(c, customerId))));
  }

  private void show(Context ctx, Visit visit, UUID customerId) {
    show(
        ctx,
        visit,
        "Wallet",
        "wallet.jte",
        Map.of(
            "view",
            wallets.of(customerId),
            "pay",
            payPages.of(customerId),
            "extras",
            wallets.extras(customerId)));
  }

  private Currency currency(UUID customerId) {
    Customer customer = engine.customers().get(customerId);
    return customer.currency();
  }

  private Done topUp(Context ctx, UUID customerId) {
    Amount amount = Amount.parse(form(ctx, "amount"), currency(customerId));
    String key = form(ctx, "key");
    Payment payment =
        form(ctx, "card").equals("page")
            ? engine.topUps().topUpOnPage(customerId, amount, payPage(ctx), key)
            : engine.topUps().topUp(customerId, amount, uuid("card", form(ctx, "card")), key);
    services.doDueWork().run();
    return told(payment);
  }

  private PayPage payPage(Context ctx) {
    return new PayPage(
        payPages
            .provider(Capability.PAGE_CHARGE)
            .orElseThrow(() -> new InvalidInput("card", "choose one of the list")),
        payPages.returnUrl(ctx, "payment"));
  }

  /** The customer goes to the provider's page, and enters a card there. */
  private Done addCardOnPage(Context ctx, UUID customerId) {
    String provider =
        payPages
            .provider(Capability.HOSTED_SET_UP)
            .orElseThrow(() -> new NotAllowed("no-page", "cards can't be added here"));
    AddMethodResult result =
        engine.paymentMethods().add(customerId, provider, null, payPages.returnUrl(ctx, "card"));
    if (result instanceof AddMethodResult.Redirect redirect) {
      return Done.elsewhere("Enter your card at " + Show.words(provider), redirect.url());
    }
    if (result instanceof AddMethodResult.Refused refused) {
      throw new NotAllowed(refused.code(), refused.message());
    }
    return Done.here("The card is added.");
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

  private String redeem(Context ctx, UUID customerId) {
    RedeemableCodes.Outcome outcome =
        engine.codes().redeem(customerId, form(ctx, "code"), form(ctx, "key"));
    services.doDueWork().run();
    if (outcome instanceof RedeemableCodes.Outcome.Credit credit) {
      return Show.amount(credit.voucher().amount()) + " of credit are in your wallet.";
    }
    if (outcome instanceof RedeemableCodes.Outcome.Discount discount) {
      return "Coupon "
          + discount.redemption().coupon().code()
          + ": "
          + discount.redemption().coupon().terms().label()
          + " from your next invoice on.";
    }
    RedeemableCodes.Outcome.Refused refused = (RedeemableCodes.Outcome.Refused) outcome;
    throw new NotAllowed(refused.code(), refused.message());
  }

  private String ask(Context ctx, UUID customerId) {
    Amount amount = Amount.parse(form(ctx, "amount"), currency(customerId));
    engine.voucherRequests().ask(customerId, amount, form(ctx, "reason"), form(ctx, "key"));
    services.doDueWork().run();
    return "Your request is sent. You will see the answer here.";
  }

  private String follow(Context ctx, UUID customerId) {
    Currency currency = currency(customerId);
    WalletRule rule =
        WalletRule.warnBelow(Amount.parse("threshold", form(ctx, "threshold"), currency));
    String topUp = form(ctx, "topUp");
    if (!topUp.isEmpty()) {
      String card = form(ctx, "card");
      rule =
          new WalletRule(
              rule.threshold(),
              Amount.parse("topUp", topUp, currency),
              card.isEmpty() ? null : uuid("card", card));
    }
    engine.walletRules().set(customerId, rule);
    services.doDueWork().run();
    return "This is looked after from now on.";
  }

  private String forget(Context ctx, UUID customerId) {
    engine.walletRules().remove(customerId);
    return "Nobody looks after this any more.";
  }

  private String addCard(Context ctx, UUID customerId) {
    String number = form(ctx, "number").replaceAll("[\\s-]", "");
    AddMethodResult result =
        engine
            .paymentMethods()
            .add(customerId, new NewMethod("sandbox", number, null), form(ctx, "key"));
    if (result instanceof AddMethodResult.Refused refused) {
      throw new NotAllowed(refused.code(), refused.message());
    }
    services.doDueWork().run();
    return "The card is added.";
  }

  private String prefer(Context ctx, UUID customerId) {
    engine.paymentMethods().makeDefault(customerId, id(ctx, "id"));
    return "This card is used first from now on.";
  }

  private String remove(Context ctx, UUID customerId) {
    engine.paymentMethods().remove(customerId, id(ctx, "id"));
    return "The card is removed.";
  }

  static UUID uuid(String field, String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInput(field, "choose one of the list");
    }
  }
}
