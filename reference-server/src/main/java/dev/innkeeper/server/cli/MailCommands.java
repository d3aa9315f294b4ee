package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.cli.AdminCommands.AdminCommand;
import dev.innkeeper.server.cli.AdminCommands.OneOfCustomer;
import dev.innkeeper.server.client.ApiClient;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** An operator's commands about mails to customers. */
final class MailCommands {
  private MailCommands() {}

  @Command(
      name = "mail",
      description = "Mails to customers: sent, waiting, given up on.",
      subcommands = {Listed.class, Shown.class, Resent.class})
  static final class Mail {}

  @Command(name = "list", description = "Lists mails, the latest first.")
  static final class Listed extends AdminCommand {
    @Option(names = "--status", description = "only new, held, ready, sent or parked ones")
    private @Nullable String status;

    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("id", "id")
          .column("customer", "customerId")
          .column("at", "occurredAt")
          .column("status", "status")
          .column("to", "recipient")
          .column("subject", "subject")
          .column("trouble", "error")
          .of(
              client,
              "/v1/admin/mails?limit=100"
                  + (status == null ? "" : "&status=" + AdminCommands.part(status)));
    }
  }

  @Command(name = "show", description = "Prints a mail and what became of it.")
  static final class Shown extends OneOfCustomer {
    Shown() {
      super("mails");
    }

    @Override
    String run(ApiClient client) {
      JsonNode shown = client.get(path());
      JsonNode mail = shown.path("mail");
      Table table = new Table("", "");
      table.add("event", mail.path("event").asText() + ", " + mail.path("occurredAt").asText());
      table.add("status", mail.path("status").asText());
      table.add("tries", mail.path("attempts").asText());
      table.add("trouble", AdminCommands.text(mail.path("error")));
      table.add("sent", AdminCommands.text(mail.path("sentAt")));
      table.add("attached", Integer.toString(mail.path("invoiceIds").size()));
      table.add("to", AdminCommands.text(mail.path("recipient")));
      table.add("subject", AdminCommands.text(mail.path("subject")));
      return table.toString().stripLeading() + "\n" + shown.path("text").asText("") + "\n";
    }
  }

  @Command(name = "resend", description = "Sends a mail, again if it was sent before.")
  static final class Resent extends OneOfCustomer {
    Resent() {
      super("mails");
    }

    @Override
    String run(ApiClient client) {
      JsonNode unused = client.post(path() + "/send", Map.of());
      return "it is sent in a moment\n";
    }
  }
}
