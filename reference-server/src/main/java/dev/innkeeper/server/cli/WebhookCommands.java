package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.cli.AdminCommands.AdminCommand;
import dev.innkeeper.server.client.ApiClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that see to webhooks. */
final class WebhookCommands {
  private static final String ROOT = "/v1/admin/webhooks";

  private WebhookCommands() {}

  @Command(
      name = "webhook",
      description = "Receivers of events over HTTP.",
      subcommands = {
        Listed.class,
        Added.class,
        Tested.class,
        Rotated.class,
        Enabled.class,
        Disabled.class,
        Removed.class,
        Log.class,
        Parked.class,
        Replayed.class
      })
  static final class Webhook {}

  private static String badge(JsonNode webhook) {
    JsonNode reason = webhook.path("disabledReason");
    return reason.isNull() || reason.isMissingNode() ? "enabled" : "disabled: " + reason.asText();
  }

  @Command(name = "list", description = "Lists webhooks, and how they are doing.")
  static final class Listed extends AdminCommand {
    @Override
    String run(ApiClient client) {
      Table table = new Table("id", "address", "events", "state", ">waiting", ">parked");
      for (JsonNode item : client.get(ROOT).path("items")) {
        JsonNode webhook = item.path("webhook");
        StringBuilder types = new StringBuilder();
        webhook
            .path("eventTypes")
            .forEach(t -> types.append(types.isEmpty() ? "" : ",").append(t.asText()));
        table.add(
            webhook.path("id").asText(),
            webhook.path("url").asText(),
            types.isEmpty() ? "all" : types.toString(),
            badge(webhook),
            item.path("status").path("customersWaiting").asText(),
            item.path("status").path("parked").asText());
      }
      return table.toString();
    }
  }

  @Command(name = "add", description = "Adds a webhook and prints its secret, this once.")
  static final class Added extends AdminCommand {
    @Parameters(paramLabel = "URL", description = "where events are posted to")
    private String url = "";

    @Option(
        names = "--events",
        split = ",",
        description = "such as invoice.paid,grace.*; every event unless set")
    private @Nullable List<String> events;

    @Option(names = "--description", description = "for people")
    private String description = "";

    @Override
    String run(ApiClient client) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("url", url);
      if (events != null) {
        body.put("eventTypes", events);
      }
      if (!description.isEmpty()) {
        body.put("description", description);
      }
      JsonNode made = client.post(ROOT, body);
      return "id      "
          + made.path("webhook").path("id").asText()
          + "\nsecret  "
          + made.path("secret").asText()
          + "\n";
    }
  }

  /** A command about one webhook. */
  abstract static class OneCommand extends AdminCommand {
    @Parameters(paramLabel = "ID", description = "the webhook's id; see webhook list")
    private String id = "";

    final String path() {
      return ROOT + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
    }
  }

  @Command(name = "test", description = "Sends a test message and prints what came back.")
  static final class Tested extends OneCommand {
    @Override
    String run(ApiClient client) {
      JsonNode attempt = client.post(path() + "/test", Map.of());
      return attempt.path("delivered").asBoolean()
          ? "taken, in " + attempt.path("durationMillis").asText() + " ms\n"
          : "not taken: " + attempt.path("error").asText() + "\n";
    }
  }

  @Command(name = "rotate", description = "Gives a new secret and prints it, this once.")
  static final class Rotated extends OneCommand {
    @Option(
        names = "--overlap-hours",
        description = "how long the old one signs too; ${DEFAULT-VALUE} unless set")
    private int overlapHours = 24;

    @Override
    String run(ApiClient client) {
      JsonNode made = client.post(path() + "/rotate", Map.of("overlapHours", overlapHours));
      return "secret  " + made.path("secret").asText() + "\n";
    }
  }

  @Command(name = "enable", description = "Sends again, beginning with what waited.")
  static final class Enabled extends OneCommand {
    @Override
    String run(ApiClient client) {
      return badge(client.post(path() + "/enable", Map.of())) + "\n";
    }
  }

  @Command(name = "disable", description = "Stops sending; events wait.")
  static final class Disabled extends OneCommand {
    @Option(names = "--reason", description = "for people; ${DEFAULT-VALUE} unless set")
    private String reason = "by an operator";

    @Override
    String run(ApiClient client) {
      return badge(client.post(path() + "/disable", Map.of("reason", reason))) + "\n";
    }
  }

  @Command(name = "remove", description = "Forgets a disabled webhook and what waits for it.")
  static final class Removed extends OneCommand {
    @Override
    String run(ApiClient client) {
      JsonNode unused = client.delete(path());
      return "removed\n";
    }
  }

  @Command(name = "log", description = "Prints the last hundred tries, latest first.")
  static final class Log extends OneCommand {
    @Override
    String run(ApiClient client) {
      Table table = new Table("at", "event", ">try", ">answer", ">ms", "failure");
      for (JsonNode item : client.get(path() + "/attempts?limit=100").path("items")) {
        table.add(
            item.path("at").asText(),
            item.path("type").asText(),
            item.path("number").asText(),
            item.path("statusCode").isNull() ? "-" : item.path("statusCode").asText(),
            item.path("durationMillis").asText(),
            item.path("error").asText());
      }
      return table.toString();
    }
  }

  @Command(name = "parked", description = "Prints events that it did not take, latest first.")
  static final class Parked extends OneCommand {
    @Override
    String run(ApiClient client) {
      Table table = new Table("since", "customer", ">sequence", "event", ">tries", "failure");
      for (JsonNode item : client.get(path() + "/parked?limit=100").path("items")) {
        table.add(
            item.path("since").asText(),
            item.path("customerId").asText(),
            item.path("seq").asText(),
            item.path("type").asText(),
            item.path("attempts").asText(),
            item.path("lastError").asText());
      }
      return table.toString();
    }
  }

  @Command(
      name = "replay",
      description = "Sends again what is parked, or one event, or what happened in a span of time.")
  static final class Replayed extends OneCommand {
    @Option(names = "--customer", description = "with --sequence: one event of this customer's")
    private @Nullable String customer;

    @Option(names = "--sequence", description = "the event's place among the customer's")
    private int sequence = 1;

    @Option(names = "--from", description = "such as 2026-01-31T00:00:00Z; with --until")
    private @Nullable String from;

    @Option(names = "--until", description = "exclusive")
    private @Nullable String until;

    @Override
    String run(ApiClient client) {
      Map<String, Object> body = new LinkedHashMap<>();
      if (customer != null) {
        body.put("customer", customer);
        body.put("sequence", sequence);
      }
      if (from != null) {
        body.put("from", from);
      }
      if (until != null) {
        body.put("until", until);
      }
      JsonNode done = client.post(path() + "/replay", body);
      return done.path("queued").asText() + " sent again\n";
    }
  }
}
