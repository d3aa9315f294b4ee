package dev.innkeeper.stripe;

import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.PaymentProviderFactory;
import dev.innkeeper.billing.payment.spi.ProviderContext;
import java.time.Clock;
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
    StripeSettings settings = StripeSettings.of(context.settings(), System.getenv());
    return new StripeProvider(settings, context.clock(), Clock.systemUTC(), Thread::sleep);
  }
}
