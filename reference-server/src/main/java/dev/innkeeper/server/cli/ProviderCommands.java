package dev.innkeeper.server.cli;

import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.payment.spi.ProviderFinding;
import dev.innkeeper.billing.payment.spi.ProviderFinding.Level;
import dev.innkeeper.server.config.ConfigProblem;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.plugins.PaymentPlugins;
import dev.innkeeper.server.plugins.Plugins;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What an operator asks payment providers. Needs no running server. */
final class ProviderCommands {
  private ProviderCommands() {}

  @Command(
      name = "stripe",
      description = "Stripe's set-up.",
      subcommands = StripeDoctor.class,
      synopsisSubcommandLabel = "doctor")
  static final class Stripe {}

  @Command(
      name = "payments",
      description = "Payment providers' set-up.",
      subcommands = AnyDoctor.class,
      synopsisSubcommandLabel = "doctor")
  static final class Payments {}

  @Command(
      name = "doctor",
      description = {
        "Checks keys, mode, clock and webhook endpoint with Stripe, and says what to mend.",
        "Exits with 0 when nothing is wrong, 1 when something is, 2 when the settings can't be used."
      })
  static final class StripeDoctor implements Callable<Integer> {
    @Mixin private ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() {
      return examine("stripe", options);
    }
  }

  @Command(
      name = "doctor",
      description = {
        "Has a payment provider check its set-up, and says what to mend.",
        "Exits with 0 when nothing is wrong, 1 when something is, 2 when the settings can't be used."
      })
  static final class AnyDoctor implements Callable<Integer> {
    @Mixin private ConfigOptions options = new ConfigOptions();

    @Parameters(paramLabel = "PROVIDER", description = "its code, such as stripe")
    private String provider = "";

    @Override
    public Integer call() {
      return examine(provider, options);
    }
  }

  private static int examine(String code, ConfigOptions options) {
    System.setProperty("innkeeper.log.level", "WARN");
    ServerConfig config = options.reader(System.getenv()).read();
    try (Plugins plugins = Plugins.load(config.pluginsFolder(), config.pluginModules())) {
      return tell(open(plugins, config, code).diagnose());
    }
  }

  private static PaymentProvider open(Plugins plugins, ServerConfig config, String code) {
    try {
      return PaymentPlugins.open(plugins, config, code, Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new ConfigProblem(String.valueOf(e.getMessage()));
    }
  }

  private static int tell(List<ProviderFinding> findings) {
    boolean wrong = false;
    for (ProviderFinding finding : findings) {
      String level = finding.level().name().toLowerCase(Locale.ROOT);
      System.out.printf("%-8s %s: %s%n", level, finding.subject(), finding.message());
      wrong |= finding.level() == Level.PROBLEM;
    }
    System.out.println(
        wrong ? "Mend what is named as a problem, and ask again." : "Nothing is wrong.");
    System.out.flush();
    return wrong ? Exits.FAILED : 0;
  }
}
