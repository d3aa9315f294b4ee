package dev.innkeeper.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.client.ApiProblem;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "reconcile",
    description = {
      "Compares what runs with what should. Without an option it only says what differs;",
      "orphans, which belong to no subscription, are never deleted unless named."
    })
final class ReconcileCommand extends AdminCommands.AdminCommand {
  private static final int TRIES_MAX = 10;

  @ArgGroup private @Nullable Wanted wanted;

  /** One of these. */
  static final class Wanted {
    @Option(names = "--plan", description = "prints what would be done; changes nothing")
    private boolean plan;

    @Option(names = "--apply", description = "does it, and prints what differs then")
    private boolean apply;

    @Option(
        names = "--delete-orphan",
        paramLabel = "ID",
        description = "deletes an orphan with its data")
    private @Nullable String orphan;
  }

  @Override
  String run(ApiClient client) {
    Wanted what = wanted;
    if (what == null || what.plan) {
      return told(client.get("/v1/admin/reconcile"), "Nothing differs.");
    }
    if (!what.apply) {
      return deleteOrphan(client, String.valueOf(what.orphan));
    }
    JsonNode done = client.post("/v1/admin/reconcile", Map.of());
    return "Resources worked on: "
        + done.path("worked").asText()
        + "\n"
        + told(done, "Nothing differs any more.");
  }

  /** One line for each difference, those that are only reported marked as such. */
  private static String told(JsonNode plan, String nothing) {
    StringBuilder text = new StringBuilder();
    plan.path("unseen")
        .properties()
        .forEach(
            unseen ->
                text.append("Could not look at ")
                    .append(unseen.getKey())
                    .append(": ")
                    .append(unseen.getValue().asText())
                    .append('\n'));
    if (plan.path("items").isEmpty()) {
      return text.append(nothing).append('\n').toString();
    }
    Table table = new Table("action", "provisioner", "name", "id", "why");
    for (JsonNode line : plan.path("items")) {
      List<String> reasons = new ArrayList<>();
      line.path("reasons").forEach(reason -> reasons.add(reason.asText()));
      table.add(
          line.path("action").asText().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
          line.path("provisioner").asText(),
          line.path("name").asText(),
          line.path("id").asText(),
          String.join("; ", reasons));
    }
    return text.append(table).toString();
  }

  private static String deleteOrphan(ApiClient client, String id) {
    String provisioner = null;
    for (JsonNode orphan : client.get("/v1/admin/orphans").path("items")) {
      if (orphan.path("id").asText().equals(id)) {
        provisioner = orphan.path("provisioner").asText();
      }
    }
    if (provisioner == null) {
      throw new ApiProblem(
          "'" + id + "' is no orphan as of the last look; --apply looks again, --plan lists them");
    }
    String path =
        "/v1/admin/orphans/"
            + URLEncoder.encode(provisioner, StandardCharsets.UTF_8)
            + "/"
            + URLEncoder.encode(id, StandardCharsets.UTF_8)
            + "/delete";
    JsonNode answer = client.post(path, Map.of());
    for (int i = 1; i < TRIES_MAX && !answer.path("deleted").asBoolean(); i++) {
      answer = client.post(path, Map.of());
    }
    if (!answer.path("deleted").asBoolean()) {
      throw new ApiProblem("it is not deleted: " + answer.path("message").asText());
    }
    return "Deleted: " + id + "\n";
  }
}
