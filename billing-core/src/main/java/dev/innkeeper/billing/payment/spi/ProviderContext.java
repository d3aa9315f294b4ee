package dev.innkeeper.billing.payment.spi;

import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a provider is made with.
 *
 * @param settings the operator's, by names such as {@code secretKeyFile}; may hold secrets
 * @param clock the time to go by, which is not always the machine's
 * @param returnUrl where customers come back to from a bank or a page when no request says
 *     otherwise; null when there is no such place
 */
public record ProviderContext(
    Map<String, String> settings, Clock clock, @Nullable String returnUrl) {
  public ProviderContext {
    settings = Map.copyOf(settings);
  }

  /** The names of the settings, without their values. */
  @Override
  public String toString() {
    return "ProviderContext[settings=" + settings.keySet() + "]";
  }
}
