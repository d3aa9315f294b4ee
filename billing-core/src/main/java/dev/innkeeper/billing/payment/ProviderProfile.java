package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.payment.spi.PaymentProvider.Capability;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import java.util.Set;

/**
 * What a payment provider says of itself.
 *
 * @param mode whether real money moves
 */
public record ProviderProfile(String code, Mode mode, Set<Capability> capabilities) {
  public ProviderProfile {
    capabilities = Set.copyOf(capabilities);
  }

  public boolean can(Capability capability) {
    return capabilities.contains(capability);
  }
}
