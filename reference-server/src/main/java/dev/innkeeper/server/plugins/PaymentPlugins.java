package dev.innkeeper.server.plugins;

import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.PaymentProvider.Mode;
import dev.innkeeper.billing.payment.spi.PaymentProviderFactory;
import dev.innkeeper.billing.payment.spi.ProviderContext;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.server.config.ServerConfig;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the payment providers that the configuration has a section for. */
public final class PaymentPlugins {
  /** Where customers are sent back to from a bank or a provider's page. */
  public static final String RETURN_PATH = "/wallet/returned";

  private PaymentPlugins() {}

  /**
   * Makes them all, or none. Calls nobody.
   *
   * @param clock the engine's
   * @throws IllegalArgumentException when a provider has no plugin, a setting does not fit, or real
   *     money would move while time can be moved too; the message names the setting and the way out
   */
  public static List<PaymentProvider> open(Plugins plugins, ServerConfig config, Clock clock) {
    List<PaymentProvider> providers = new ArrayList<>();
    new TreeMap<>(config.payments())
        .forEach((code, settings) -> providers.add(open(plugins, config, code, clock)));
    return providers;
  }

  /** Makes one that the configuration has a section for. */
  public static PaymentProvider open(
      Plugins plugins, ServerConfig config, String code, Clock clock) {
    PaymentProviderFactory factory =
        plugins
            .payments(code)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "payments."
                            + code
                            + ": there is no plugin for it, there are "
                            + plugins.paymentCodes()
                            + ": put its zip into "
                            + config.pluginsFolder()
                            + " and start again"));
    Map<String, String> settings = config.payments().getOrDefault(code, Map.of());
    PaymentProvider provider;
    try {
      provider = factory.create(new ProviderContext(settings, clock, returnUrl(config)));
    } catch (InvalidInput e) {
      throw new IllegalArgumentException("payments." + code + "." + e.getMessage(), e);
    }
    if (provider.mode() == Mode.LIVE && config.mode() == dev.innkeeper.server.config.Mode.TRIAL) {
      throw new IllegalArgumentException(
          "payments."
              + code
              + ": the key is for live mode, where real money moves, and this is a trial, where"
              + " time can be moved: give the key for test mode, or set mode to production");
    }
    return provider;
  }

  private static @Nullable String returnUrl(ServerConfig config) {
    ServerConfig.Http http = config.http();
    if (!http.publicUrl().isEmpty()) {
      return http.publicUrl() + RETURN_PATH;
    }
    boolean anywhere = http.host().equals("0.0.0.0") || http.host().equals("::");
    String host = anywhere ? "localhost" : http.host();
    return http.port() == 0 ? null : "http://" + host + ":" + http.port() + RETURN_PATH;
  }
}
