package dev.innkeeper.billing.payment.guide;

// guide: factory

import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.PaymentProviderFactory;
import dev.innkeeper.billing.payment.spi.ProviderContext;
import dev.innkeeper.billing.problem.InvalidInput;
import org.pf4j.Extension;

@Extension
public final class TownBankFactory implements PaymentProviderFactory {
  @Override
  public String code() {
    return "town-bank";
  }

  @Override
  public PaymentProvider create(ProviderContext context) {
    String secret = context.settings().get("secret");
    if (secret == null) {
      throw new InvalidInput("secret", "is missing: the bank's letter of welcome has it");
    }
    return new TownBankProvider(new TownBank(), secret, context.clock());
  }
}
// end
