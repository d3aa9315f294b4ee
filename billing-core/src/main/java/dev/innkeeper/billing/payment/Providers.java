package dev.innkeeper.billing.payment;

import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.InvalidInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The payment providers of an engine, by their codes. Immutable. */
public final class Providers {
  private final Map<String, PaymentProvider> byCode = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException when two have the same code, or a code can't name an account
   */
  public Providers(List<PaymentProvider> providers) {
    for (PaymentProvider provider : providers) {
      if (!provider.code().matches("[a-z][a-z0-9-]{0,39}")) {
        throw new IllegalArgumentException(
            "a provider's code is a lower-case word, not '" + provider.code() + "'");
      }
      if (byCode.put(provider.code(), provider) != null) {
        throw new IllegalArgumentException("two payment providers are named " + provider.code());
      }
    }
  }

  /** The codes, in the order the providers were given. */
  public List<String> codes() {
    return List.copyOf(byCode.keySet());
  }

  /** What they say of themselves, in the order the providers were given. */
  List<ProviderProfile> profiles() {
    return byCode.values().stream()
        .map(p -> new ProviderProfile(p.code(), p.mode(), p.capabilities()))
        .toList();
  }

  /**
   * @throws InvalidInput when there is no such provider
   */
  public PaymentProvider get(String code) {
    PaymentProvider provider = byCode.get(code);
    if (provider == null) {
      throw new InvalidInput(
          "provider", "there is no payment provider '" + code + "'; there are " + codes());
    }
    return provider;
  }

  /**
   * @throws InvalidInput when there is no such provider, or it has no page to pay on
   */
  PaymentProvider withPage(String code) {
    PaymentProvider provider = get(code);
    if (!provider.capabilities().contains(PaymentProvider.Capability.PAGE_CHARGE)) {
      throw new InvalidInput("provider", code + " has no page to pay on; pay with a card");
    }
    return provider;
  }

  boolean has(String code) {
    return byCode.containsKey(code);
  }
}
