package dev.innkeeper.server.pages;

import dev.innkeeper.billing.payment.Payment;
import dev.innkeeper.billing.payment.PaymentState;
import dev.innkeeper.billing.payment.ProviderProfile;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Capability;
import dev.innkeeper.server.plugins.PaymentPlugins;
import dev.innkeeper.server.runtime.Services;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Payment providers' pages, as ours lead to them. */
final class PayPagesView {
  private static final int PAYMENTS_MAX = 50;

  private final Services services;

  PayPagesView(Services services) {
    this.services = services;
  }

  /** The code of the first provider that can do it. */
  Optional<String> provider(Capability capability) {
    return services.engine().payments().profiles().stream()
        .filter(profile -> profile.can(capability))
        .map(ProviderProfile::code)
        .findFirst();
  }

  View.PayPages of(UUID customerId) {
    return new View.PayPages(
        name(Capability.HOSTED_SET_UP),
        name(Capability.PAGE_CHARGE),
        waiting(customerId).stream().map(PayPagesView::row).toList());
  }

  private @Nullable String name(Capability capability) {
    return provider(capability).map(Show::words).orElse(null);
  }

  /** Payments that wait for the customer, the newest first. */
  List<Payment> waiting(UUID customerId) {
    return services.engine().payments().list(customerId, null, PAYMENTS_MAX).stream()
        .filter(payment -> payment.state() == PaymentState.ACTION_REQUIRED)
        .filter(payment -> payment.actionUrl() != null)
        .toList();
  }

  private static View.Waiting row(Payment payment) {
    String what =
        payment.isOnPage()
            ? "A page to pay " + Show.amount(payment.amount()) + " is open."
            : "Your bank wants to hear from you before "
                + Show.amount(payment.amount())
                + " are paid.";
    return new View.Waiting(what, String.valueOf(payment.actionUrl()));
  }

  /** Where a provider's page sends the customer back to. */
  String returnUrl(Context ctx, String from) {
    return home(ctx) + PaymentPlugins.RETURN_PATH + "?from=" + from;
  }

  /** The address customers use. */
  String home(Context ctx) {
    String publicUrl = services.config().http().publicUrl();
    return publicUrl.isEmpty() ? "http://" + ctx.host() : publicUrl;
  }
}
