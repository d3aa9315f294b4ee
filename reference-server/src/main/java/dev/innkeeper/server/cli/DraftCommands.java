package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.cli.AdminCommands.AdminCommand;
import dev.innkeeper.server.cli.AdminCommands.OneOfCustomer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.config.ConfigProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An operator's commands about invoices that are written by hand. */
final class DraftCommands {
  private static final Pattern LINE =
      Pattern.compile("(.+)=(?:([0-9.]+)x)?(-?[0-9.]+)", Pattern.DOTALL);

  private DraftCommands() {}

  @Command(
      name = "draft",
      description = "Invoices written by hand, until they are issued.",
      subcommands = {
        Listed.class,
        Shown.class,
        Created.class,
        Changed.class,
        Issued.class,
        Discarded.class
      })
  static final class Draft {}

  @Command(name = "list", description = "Lists drafts, newest first.")
  static final class Listed extends AdminCommand {
    @Option(names = "--customer", description = "only this customer's")
    private @Nullable String customer;

    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("id", "id")
          .column("customer", "customerId")
          .column(">revision", "revision")
          .column("changed", "changedAt")
          .column(">lines", item -> Integer.toString(item.path("lines").size()))
          .column("first line", item -> item.at("/lines/0/description").asText())
          .of(
              client,
              customer == null
                  ? "/v1/admin/invoice-drafts?limit=100"
                  : AdminCommands.ofCustomer(customer, "invoice-drafts?limit=100"));
    }
  }

  /** What a draft says. */
  static final class Content {
    @Option(
        names = "--line",
        required = true,
        description =
            "'TEXT=PRICE' or 'TEXT=QUANTITYxPRICE', such as 'Set-up=99.00' or 'Hours=2.5x80';"
                + " may be given several times, a discount has a price below zero")
    private List<String> lines = List.of();

    @Option(names = "--currency", description = "the customer's unless set")
    private @Nullable String currency;

    @Option(names = "--due", description = "the last day to pay, such as 2026-01-31")
    private @Nullable String due;

    @Option(names = "--note", description = "for the buyer")
    private @Nullable String note;

    Map<String, Object> body() {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("lines", lines.stream().map(Content::line).toList());
      if (currency != null) {
        body.put("currency", currency);
      }
      if (due != null) {
        body.put("dueDate", due);
      }
      if (note != null) {
        body.put("note", note);
      }
      return body;
    }

    private static Map<String, String> line(String text) {
      Matcher parts = LINE.matcher(text);
      if (!parts.matches()) {
        throw new ConfigProblem(
            "--line '" + text + "' must be TEXT=PRICE or TEXT=QUANTITYxPRICE, such as Hours=2x80");
      }
      Map<String, String> line = new LinkedHashMap<>();
      line.put("description", parts.group(1));
      if (parts.group(2) != null) {
        line.put("quantity", parts.group(2));
      }
      line.put("unitPrice", parts.group(3));
      return line;
    }
  }

  @Command(name = "create", description = "Begins an invoice and prints the draft's id.")
  static final class Created extends AdminCommand {
    @Parameters(paramLabel = "CUSTOMER", description = "the customer's id")
    private String customer = "";

    @Mixin private Content content = new Content();

    @Override
    String run(ApiClient client) {
      return client
              .post(AdminCommands.ofCustomer(customer, "invoice-drafts"), content.body())
              .path("id")
              .asText()
          + "\n";
    }
  }

  @Command(name = "show", description = "Prints the invoice that a draft would be now.")
  static final class Shown extends OneOfCustomer {
    Shown() {
      super("invoice-drafts");
    }

    @Override
    String run(ApiClient client) {
      JsonNode shown = client.get(path());
      JsonNode invoice = shown.path("invoice");
      Table table = new Table("line", ">quantity", ">price", ">net", ">tax");
      for (JsonNode line : invoice.path("lines")) {
        table.add(
            line.path("description").asText(),
            line.path("quantity").asText(),
            line.path("unitPrice").asText(),
            AdminCommands.amount(line.path("net")),
            line.path("taxPercent").asText() + " %");
      }
      return table
          + "net "
          + AdminCommands.amount(invoice.path("net"))
          + ", tax "
          + AdminCommands.amount(invoice.path("tax"))
          + ", total "
          + AdminCommands.amount(invoice.path("total"))
          + ", due "
          + AdminCommands.text(invoice.path("dueAt"))
          + "\nrevision "
          + shown.at("/draft/revision").asText()
          + "\n";
    }
  }

  @Command(name = "change", description = "Replaces what a draft says.")
  static final class Changed extends OneOfCustomer {
    @Option(
        names = "--revision",
        required = true,
        description = "of the draft as you saw it; tells whether somebody else changed it")
    private int revision;

    @Mixin private Content content = new Content();

    Changed() {
      super("invoice-drafts");
    }

    @Override
    String run(ApiClient client) {
      Map<String, Object> body = content.body();
      body.put("revision", revision);
      return "revision " + client.post(path(), body).path("revision").asText() + "\n";
    }
  }

  @Command(name = "issue", description = "Issues a draft and prints the invoice's number.")
  static final class Issued extends OneOfCustomer {
    Issued() {
      super("invoice-drafts");
    }

    @Override
    String run(ApiClient client) {
      return client.post(path() + "/issue", Map.of()).path("number").asText() + "\n";
    }
  }

  @Command(name = "discard", description = "Throws a draft away.")
  static final class Discarded extends OneOfCustomer {
    Discarded() {
      super("invoice-drafts");
    }

    @Override
    String run(ApiClient client) {
      JsonNode unused = client.delete(path());
      return "discarded\n";
    }
  }
}
