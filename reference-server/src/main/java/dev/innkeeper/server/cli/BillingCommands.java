package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.cli.AdminCommands.AdminCommand;
import dev.innkeeper.server.client.ApiClient;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Billing runs from the command line. */
final class BillingCommands {
  private static final long LOOK_EVERY_MILLIS = 1_000;

  private BillingCommands() {}

  @Command(
      name = "billing",
      description = "Bills everyone who is due, and tells how it goes.",
      subcommands = {Run.class, Preview.class, Status.class})
  static final class Billing {}

  @Command(
      name = "run",
      description =
          "Bills everyone who is due. Shows rate and time left on standard error; may be broken"
              + " off and run again.")
  static final class Run extends AdminCommand {
    @Option(names = "--workers", description = "threads; ${DEFAULT-VALUE} unless set")
    private int workers = 2;

    @Override
    String run(ApiClient client) {
      JsonNode status = client.post("/v1/admin/billing-runs", Map.of("workers", workers));
      String told = "";
      while (status.path("state").asText().equals("RUNNING")) {
        pause();
        status = client.get("/v1/admin/billing-runs/current");
        String line = progress(status.path("progress"));
        if (!line.isEmpty() && !line.equals(told)) {
          System.err.println(line);
          told = line;
        }
      }
      if (!status.path("state").asText().equals("FINISHED")) {
        throw new IllegalStateException(
            "the billing run broke off: "
                + status.path("problem").asText()
                + "; what was billed is billed, run it again to go on");
      }
      return ended(client, status.path("report"));
    }

    private static void pause() {
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted; the run goes on at the server", e);
      }
    }
  }

  @Command(name = "preview", description = "Tells what a run would issue now; writes nothing.")
  static final class Preview extends AdminCommand {
    @Override
    String run(ApiClient client) {
      return "Would be issued:\n"
          + report(client.post("/v1/admin/billing-runs/preview", Map.of()).path("report"));
    }
  }

  @Command(name = "status", description = "Tells how the last run goes or went.")
  static final class Status extends AdminCommand {
    @Override
    String run(ApiClient client) {
      JsonNode status = client.get("/v1/admin/billing-runs/current");
      return switch (status.path("state").asText()) {
        case "RUNNING" -> progress(status.path("progress")) + "\n";
        case "FINISHED" -> ended(client, status.path("report"));
        case "FAILED" -> "The last run broke off: " + status.path("problem").asText() + "\n";
        default -> "No run since the server started.\n";
      };
    }
  }

  private static String progress(JsonNode progress) {
    return progress.isMissingNode() || progress.isNull()
        ? ""
        : String.format(
            Locale.ROOT,
            "%,d of %,d customers, %,d a second, %s left",
            progress.path("customersDone").asLong(),
            progress.path("customersDue").asLong(),
            progress.path("customersPerSecond").asLong(),
            duration(progress.path("secondsLeft").asLong()));
  }

  private static String duration(long seconds) {
    return seconds < 60
        ? seconds + " s"
        : String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60);
  }

  /** The report, and whether the ledger says the same. */
  private static String ended(ApiClient client, JsonNode report) {
    if (report.path("customers").asLong() + report.path("parked").asLong() == 0) {
      return "Nobody was due.\n";
    }
    JsonNode summary = client.get("/v1/admin/billing-runs/" + report.path("runId").asText());
    return report(report)
        + (summary.path("ties").asBoolean()
            ? "The ledger's receivables say the same.\n"
            : "THE LEDGER SAYS OTHERWISE: booked " + sums(summary.path("booked")) + "\n");
  }

  private static String report(JsonNode report) {
    Table table = new Table("", "");
    table.add("customers", String.format(Locale.ROOT, "%,d", report.path("customers").asLong()));
    table.add("invoices", String.format(Locale.ROOT, "%,d", report.path("invoices").asLong()));
    table.add("parked", String.format(Locale.ROOT, "%,d", report.path("parked").asLong()));
    table.add("left", String.format(Locale.ROOT, "%,d", report.path("left").asLong()));
    table.add("total", sums(report.path("totals")));
    return table.toString();
  }

  private static String sums(JsonNode amounts) {
    StringBuilder sums = new StringBuilder();
    for (JsonNode amount : amounts) {
      sums.append(sums.isEmpty() ? "" : ", ").append(AdminCommands.amount(amount));
    }
    return sums.isEmpty() ? "nothing" : sums.toString();
  }
}
