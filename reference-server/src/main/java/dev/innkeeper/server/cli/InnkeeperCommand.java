package dev.innkeeper.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** The command line: one subcommand a task. */
@Command(
    name = "innkeeper",
    description = "It keeps the tab for everything you host.",
    mixinStandardHelpOptions = true,
    // All commands tell how they are used.
    scope = ScopeType.INHERIT,
    version = "innkeeper 0.1.0-SNAPSHOT",
    subcommands = {
      ServeCommand.class,
      DemoCommand.class,
      MigrateCommand.class,
      PluginCommand.class,
      AdminCommands.Clock.class,
      AdminCommands.Catalog.class,
      AdminCommands.Customer.class,
      AdminCommands.Invoice.class,
      BillingCommands.Billing.class,
      AdminCommands.Voucher.class,
      WebhookCommands.Webhook.class,
      MailCommands.Mail.class,
      MoneyCommands.Coupon.class,
      MoneyCommands.Payment.class,
      MoneyCommands.Payout.class,
      MoneyCommands.Reminders.class,
      AdminCommands.TrialBalance.class,
      ReconcileCommand.class,
      ProviderCommands.Stripe.class,
      ProviderCommands.Payments.class
    })
public final class InnkeeperCommand implements Runnable {

  /** Runs a command and returns its exit code: 0 done, 1 failed, 2 wrongly called. */
  public static int execute(String... arguments) {
    return new CommandLine(new InnkeeperCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(Exits.describe(failure));
              command.getErr().flush();
              return Exits.code(failure);
            })
        .execute(arguments);
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
