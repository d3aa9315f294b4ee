package dev.innkeeper.server.pages;

import dev.innkeeper.billing.payment.AddMethodResult;
import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.server.plugins.PaymentPlugins;
import dev.innkeeper.server.runtime.Services;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.UUID;

/**
 * Where customers come back to from a bank or a provider's page, often sooner than the webhook: the
 * provider is asked, and they are told. What the address says is not believed.
 */
final class ReturnPages extends PageRoutes {
  private static final String WALLET = "/wallet";

  private final PayPagesView pages;

  ReturnPages(Services services, Renderer renderer) {
    super(services, renderer);
    this.pages = new PayPagesView(services);
  }

  void addTo(RoutesConfig routes) {
    routes.get(PaymentPlugins.RETURN_PATH, ctx -> forCustomer(ctx, this::comeBack));
  }

  private void comeBack(Context ctx, Visit visit, UUID customerId) {
    List<AddMethodResult> cards = services.engine().paymentMethods().lookUpSetUps(customerId);
    for (Payment waiting : pages.waiting(customerId)) {
      services.engine().payments().refresh(customerId, waiting.id());
    }
    services.doDueWork().run();
    String next = WALLET;
    if ("card".equals(ctx.queryParam("from"))) {
      tellOfCard(visit, cards);
    } else {
      List<Payment> newest = services.engine().payments().list(customerId, null, 1);
      if (!newest.isEmpty()) {
        tellOfPayment(visit, newest.get(0));
        UUID invoiceId = newest.get(0).invoiceId();
        next = invoiceId == null ? WALLET : "/invoices/" + invoiceId;
      }
    }
    ctx.redirect(next, HttpStatus.SEE_OTHER);
  }

  private static void tellOfCard(Visit visit, List<AddMethodResult> cards) {
    if (cards.isEmpty()) {
      // None was entered, or its webhook was faster.
      visit.flash("good", "These are your cards now.");
    } else if (cards.get(0) instanceof AddMethodResult.Refused refused) {
      visit.flash("warn", refused.message());
    } else {
      visit.flash("good", "The card is added.");
    }
  }

  private static void tellOfPayment(Visit visit, Payment payment) {
    String amount = Show.amount(payment.amount());
    switch (payment.state()) {
      case SUCCEEDED -> visit.flash("good", amount + " are paid. Thank you!");
      case DECLINED, CANCELLED ->
          visit.flash(
              "bad",
              amount
                  + " are not paid: "
                  + (payment.message() == null
                      ? "the payment was called off."
                      : payment.message()));
      case ACTION_REQUIRED -> visit.flash("warn", amount + " are not paid yet.");
      default -> visit.flash("warn", "The payment is under way; it shows here once it is clear.");
    }
  }
}
