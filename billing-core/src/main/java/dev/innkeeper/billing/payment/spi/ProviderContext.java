package dev.innkeeper.billing.payment.spi;

import java.time.Clock;
import java.util.Map;

/**
 * What a provider is made with.
 *
 * @param settings the operator's, by names such as {@code secretKeyFile}; may hold secrets
 * @param clock the time to go by, which is not always the machine's
 */
public record ProviderContext(Map<String, String> settings, Clock clock) {
  public ProviderContext {
    settings = Map.copyOf(settings);
  }

  /** The names of the settings, without their values. */
  @Override
  public String toString() {
    return "ProviderContext[settings=" + settings.keySet() + "]";
  }
}
