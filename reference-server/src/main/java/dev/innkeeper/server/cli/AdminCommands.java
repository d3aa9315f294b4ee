package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.client.ApiProblem;
import dev.innkeeper.server.config.ConfigProblem;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of an operator. Each speaks to the API. */
final class AdminCommands {
  private AdminCommands() {}

  /** A command that asks one thing of the services and prints the answer. */
  abstract static class AdminCommand implements Callable<Integer> {
    @Mixin private ConfigOptions options = new ConfigOptions();

    @Override
    public final Integer call() {
      try (AdminConnection connection = AdminConnection.open(options)) {
        System.out.print(run(connection.client()));
        System.out.flush();
        return 0;
      }
    }

    abstract String run(ApiClient client);
  }

  /** A command about one thing that belongs to a customer. */
  abstract static class OneOfCustomer extends AdminCommand {
    @Parameters(index = "0", paramLabel = "CUSTOMER", description = "the customer's id")
    private String customer = "";

    @Parameters(index = "1", paramLabel = "ID", description = "its id; see list")
    private String id = "";

    private final String things;

    /**
     * @param things what such things are called in paths of the API
     */
    OneOfCustomer(String things) {
      this.things = things;
    }

    final String path() {
      return ofCustomer(customer, things + "/" + part(id));
    }

    /** Posts below the thing's path, and tells the state that this led to. */
    final String stateAfter(ApiClient client, String verb, Map<String, ?> body) {
      return client.post(path() + "/" + verb, body).path("state").asText() + "\n";
    }
  }

  static String amount(JsonNode node) {
    return node.path("amount").asText() + " " + node.path("currency").asText();
  }

  /** A field's text; a dash where there is none. */
  static String text(JsonNode node) {
    return node.isNull() || node.isMissingNode() ? "–" : node.asText();
  }

  /**
   * An argument as a part of a path.
   *
   * @throws ConfigProblem when it is blank
   */
  static String part(String text) {
    if (text.isBlank()) {
      throw new ConfigProblem("an argument is missing; --help tells which there are");
    }
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** What belongs to a customer, by its path below the customer's. */
  static String ofCustomer(String customer, String path) {
    return "/v1/admin/customers/" + part(customer) + "/" + path;
  }

  @Command(
      name = "clock",
      description = "Shows or moves a trial's clock; never in production.",
      subcommands = {ClockShow.class, ClockAdvance.class})
  static final class Clock {}

  @Command(name = "show", description = "Shows the time that the server goes by.")
  static final class ClockShow extends AdminCommand {
    @Override
    String run(ApiClient client) {
      JsonNode clock = client.get("/v1/clock");
      return clock.path("now").asText()
          + (clock.path("stands").asBoolean() ? " (stands still)\n" : "\n");
    }
  }

  @Command(name = "advance", description = "Lets time pass, with all that falls due on the way.")
  static final class ClockAdvance extends AdminCommand {
    @Parameters(paramLabel = "TIME", description = "such as P1M, P7D or PT12H")
    private String by = "";

    @Override
    String run(ApiClient client) {
      JsonNode clock = client.post("/v1/admin/clock/advance", Map.of("by", by));
      return "It is now " + clock.path("now").asText() + "\n";
    }
  }

  @Command(
      name = "catalog",
      description = "Compares a price list with what is sold, and puts it in force.",
      subcommands = {CatalogPlan.class, CatalogApply.class})
  static final class Catalog {}

  /** Sends a file. */
  abstract static class CatalogCommand extends AdminCommand {
    @Parameters(paramLabel = "FILE", description = "a catalog in YAML")
    private @Nullable Path file;

    final String send(ApiClient client, String path) {
      Path catalog = file;
      if (catalog == null) {
        throw new ConfigProblem("name the catalog's file");
      }
      try {
        return client.postYaml(path, Files.readString(catalog)).path("text").asText();
      } catch (IOException e) {
        throw new ConfigProblem("can't read " + catalog + " (" + e + "): name a readable file");
      }
    }
  }

  @Command(name = "plan", description = "Prints what applying the file would change.")
  static final class CatalogPlan extends CatalogCommand {
    @Override
    String run(ApiClient client) {
      return send(client, "/v1/admin/catalog/plan");
    }
  }

  @Command(name = "apply", description = "Puts the file in force and prints what changed.")
  static final class CatalogApply extends CatalogCommand {
    @Override
    String run(ApiClient client) {
      return send(client, "/v1/admin/catalog/apply");
    }
  }

  @Command(
      name = "customer",
      description = "Customers.",
      subcommands = {CustomerList.class, CustomerChange.class})
  static final class Customer {}

  @Command(name = "list", description = "Lists customers, oldest first.")
  static final class CustomerList extends AdminCommand {
    @Option(names = "--search", description = "the start of a name or address")
    private String search = "";

    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("id", "id")
          .column("name", "name")
          .column("address", "email")
          .column("currency", "currency")
          .column("since", "createdAt")
          .of(
              client,
              "/v1/admin/customers?limit=100&search="
                  + URLEncoder.encode(search, StandardCharsets.UTF_8));
    }
  }

  @Command(
      name = "change",
      description = "Changes what a customer's next invoices say; what is not given stays.")
  static final class CustomerChange extends AdminCommand {
    @Parameters(paramLabel = "CUSTOMER", description = "the customer's id")
    private String customer = "";

    @Option(names = "--name")
    private @Nullable String name;

    @Option(names = "--language", description = "of invoices and mail, such as de")
    private @Nullable String language;

    @Option(names = "--company", description = "empty to take it away")
    private @Nullable String company;

    @Option(names = "--vat-id", description = "empty to take it away")
    private @Nullable String vatId;

    @Option(names = "--street")
    private @Nullable String street;

    @Option(names = "--postal-code")
    private @Nullable String postalCode;

    @Option(names = "--city")
    private @Nullable String city;

    @Option(names = "--country", description = "two letters, such as DE")
    private @Nullable String country;

    @Override
    String run(ApiClient client) {
      JsonNode now = client.get("/v1/admin/customers/" + part(customer)).path("customer");
      JsonNode address = now.path("address");
      Map<String, String> wanted = new TreeMap<>();
      put(wanted, "name", name, now.path("name"));
      put(wanted, "language", language, now.path("language"));
      put(wanted, "company", company, now.path("company"));
      put(wanted, "vatId", vatId, now.path("vatId"));
      put(wanted, "street", street, address.path("street"));
      put(wanted, "postalCode", postalCode, address.path("postalCode"));
      put(wanted, "city", city, address.path("city"));
      put(wanted, "country", country, address.path("country"));
      client.put(ofCustomer(customer, "details"), wanted);
      return "Saved. The next invoices say so.";
    }

    /** An empty text takes a field away, which is what leaving it out means. */
    private static void put(
        Map<String, String> wanted, String field, @Nullable String given, JsonNode now) {
      String text = given == null ? now.asText("") : given;
      if (!text.isEmpty()) {
        wanted.put(field, text);
      }
    }
  }

  @Command(
      name = "invoice",
      description = "Invoices.",
      subcommands = {
        InvoiceList.class,
        InvoiceFile.class,
        CorrectionCommands.Credited.class,
        CorrectionCommands.Voided.class,
        CorrectionCommands.WrittenOff.class,
        CorrectionCommands.Reinstated.class,
        DraftCommands.Draft.class
      })
  static final class Invoice {}

  /** A command about an invoice, which operators know by its number. */
  abstract static class OneInvoice extends AdminCommand {
    @Parameters(index = "0", paramLabel = "CUSTOMER", description = "the customer's id")
    private String customer = "";

    @Parameters(index = "1", paramLabel = "INVOICE", description = "its number or id")
    private String invoice = "";

    /** Its path in the API. */
    final String path(ApiClient client) {
      String invoices = ofCustomer(customer, "invoices");
      List<String> found = new ArrayList<>();
      Pages.each(
          client,
          invoices + "?limit=100",
          item -> {
            if (item.path("number").asText().equals(invoice)
                || item.path("id").asText().equals(invoice)) {
              found.add(item.path("id").asText());
            }
          });
      if (found.isEmpty()) {
        throw new ApiProblem(
            "the customer has no invoice " + invoice + ": see 'invoice list " + customer + "'");
      }
      return invoices + "/" + found.get(0);
    }
  }

  @Command(name = "list", description = "Lists a customer's invoices, newest first.")
  static final class InvoiceList extends AdminCommand {
    @Parameters(paramLabel = "CUSTOMER", description = "the customer's id")
    private String customer = "";

    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("number", "number")
          .column("state", "status")
          .column("issued", "issuedAt")
          .column("due", "dueAt")
          .amounts("total", "total")
          .amounts("open", "open")
          .of(client, ofCustomer(customer, "invoices?limit=100"));
    }
  }

  @Command(name = "file", description = "Saves an invoice as a file.")
  static final class InvoiceFile extends OneInvoice {
    @Option(names = "--pdf", paramLabel = "FILE", description = "save it as PDF")
    private @Nullable Path pdf;

    @Option(
        names = "--factur-x",
        paramLabel = "FILE",
        description = "save it as PDF with its XML inside")
    private @Nullable Path facturX;

    @Option(names = "--html", paramLabel = "FILE", description = "save it as a page")
    private @Nullable Path html;

    @Override
    String run(ApiClient client) {
      StringBuilder saved = new StringBuilder();
      String path = path(client) + "/";
      save(client, path + "pdf", pdf, saved);
      save(client, path + "factur-x", facturX, saved);
      save(client, path + "html", html, saved);
      if (saved.isEmpty()) {
        throw new ConfigProblem("say what to save: --pdf FILE, --factur-x FILE or --html FILE");
      }
      return saved.toString();
    }

    private static void save(
        ApiClient client, String path, @Nullable Path file, StringBuilder saved) {
      if (file == null) {
        return;
      }
      byte[] content = client.getFile(path);
      try {
        Files.write(file, content);
      } catch (IOException e) {
        throw new ConfigProblem("can't write " + file + " (" + e + "): name another file");
      }
      saved.append(file).append(": ").append(content.length).append(" bytes\n");
    }
  }

  @Command(
      name = "voucher",
      description = "Vouchers.",
      subcommands = {
        VoucherIssue.class,
        MoneyCommands.VoucherExport.class,
        MoneyCommands.VoucherRequests.class,
        MoneyCommands.VoucherApprove.class,
        MoneyCommands.VoucherReject.class
      })
  static final class Voucher {}

  @Command(name = "issue", description = "Issues vouchers and prints their codes.")
  static final class VoucherIssue extends AdminCommand {
    @Parameters(paramLabel = "AMOUNT", description = "the credit that one use gives, such as 5.00")
    private String amount = "";

    @Option(names = "--currency", description = "${DEFAULT-VALUE} unless set")
    private String currency = "EUR";

    @Option(names = "--name", description = "what the batch is called; ${DEFAULT-VALUE} unless set")
    private String name = "vouchers";

    @Option(names = "--codes", description = "how many; ${DEFAULT-VALUE} unless set")
    private int codes = 1;

    @Option(names = "--uses", description = "uses of each code; ${DEFAULT-VALUE} unless set")
    private int uses = 1;

    @Override
    String run(ApiClient client) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name);
      body.put("amount", amount);
      body.put("currency", currency);
      body.put("codes", codes);
      body.put("uses", uses);
      StringBuilder text = new StringBuilder();
      client
          .post("/v1/admin/vouchers", body)
          .path("codes")
          .forEach(code -> text.append(code.asText()).append('\n'));
      return text.toString();
    }
  }

  @Command(name = "trial-balance", description = "Prints every account of the ledger.")
  static final class TrialBalance extends AdminCommand {
    @Override
    String run(ApiClient client) {
      JsonNode balance = client.get("/v1/admin/trial-balance");
      Table table = new Table("account", "kind", ">accounts", ">balance");
      balance
          .path("rows")
          .forEach(
              row ->
                  table.add(
                      row.path("code").asText(),
                      row.path("type").asText(),
                      row.path("accounts").asText(),
                      amount(row.path("balance"))));
      StringBuilder text = new StringBuilder(table.toString());
      balance
          .path("differences")
          .properties()
          .forEach(
              sum ->
                  text.append("debits - credits in ")
                      .append(sum.getKey())
                      .append(": ")
                      .append(sum.getValue().asText())
                      .append('\n'));
      return text.toString();
    }
  }
}
