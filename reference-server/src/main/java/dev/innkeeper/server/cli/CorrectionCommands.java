package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.cli.AdminCommands.OneInvoice;
import dev.innkeeper.server.client.ApiClient;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** An operator's commands about invoices that are issued. */
final class CorrectionCommands {
  private CorrectionCommands() {}

  @Command(
      name = "credit",
      description = "Takes an invoice back, or parts of it, and prints the credit note's number.")
  static final class Credited extends OneInvoice {
    @Option(names = "--reason", required = true, description = "for the buyer")
    private String reason = "";

    @Option(
        names = "--line",
        paramLabel = "POSITION=AMOUNT",
        description =
            "what to take back of a line, before tax where prices are, such as 1=12.00; may be"
                + " given several times; without it, all that is left of every line")
    private Map<String, String> amounts = new LinkedHashMap<>();

    @Option(
        names = "--key",
        description = "of this command: repeated with the same key, it is done once")
    private String key = UUID.randomUUID().toString();

    @Override
    String run(ApiClient client) {
      JsonNode note =
          client.post(
              path(client) + "/credit-notes", Map.of("reason", reason, "amounts", amounts), key);
      return note.path("number").asText() + " " + AdminCommands.amount(note.path("total")) + "\n";
    }
  }

  /** A command that says why, and prints what became of the invoice. */
  abstract static class Decided extends OneInvoice {
    @Option(names = "--reason", required = true, description = "kept with the invoice")
    private String reason = "";

    private final String verb;

    /**
     * @param verb what is done, as paths of the API have it
     */
    Decided(String verb) {
      this.verb = verb;
    }

    @Override
    final String run(ApiClient client) {
      JsonNode invoice = client.post(path(client) + "/" + verb, Map.of("reason", reason));
      return invoice.path("status").asText() + "\n";
    }
  }

  @Command(
      name = "void",
      description = "Takes back an open invoice on which nothing was paid or credited.")
  static final class Voided extends Decided {
    Voided() {
      super("void");
    }
  }

  @Command(name = "write-off", description = "Gives up on what is open of an invoice.")
  static final class WrittenOff extends Decided {
    WrittenOff() {
      super("write-off");
    }
  }

  @Command(name = "reinstate", description = "Takes up again what was given up.")
  static final class Reinstated extends Decided {
    Reinstated() {
      super("reinstate");
    }
  }
}
