package dev.innkeeper.stripe;

import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.PaymentProviderFactory;
import dev.innkeeper.billing.payment.spi.ProviderContext;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.pf4j.Extension;

/**
 * Makes payments by Stripe. Secrets that are not among the settings are taken from the environment:
 * {@code STRIPE_SECRET_KEY} and {@code STRIPE_WEBHOOK_SECRET}.
 */
@Extension
public final class StripeProviderFactory implements PaymentProviderFactory {
  @Override
  public String code() {
    return StripeProvider.CODE;
  }

  @Override
  public PaymentProvider create(ProviderContext context) {
    Map<String, String> settings = new HashMap<>(context.settings());
    String returnUrl = context.returnUrl();
    if (returnUrl != null) {
      settings.putIfAbsent("returnUrl", returnUrl);
    }
    return create(StripeSettings.of(settings, System.getenv()), context);
  }

  private static PaymentProvider create(StripeSettings settings, ProviderContext context) {
    return new StripeProvider(settings, context.clock(), Clock.systemUTC(), Thread::sleep);
  }
}
