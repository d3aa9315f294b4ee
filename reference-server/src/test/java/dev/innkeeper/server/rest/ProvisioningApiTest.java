package dev.innkeeper.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.cli.InnkeeperCommand;
import dev.innkeeper.server.client.ApiClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What runs, through the API and the command line, with real sites. */
class ProvisioningApiTest {
  private static final String CATALOG =
      """
      products:
        - code: site
          name: Web site
          billing: in-arrears
          provisioner: site
          template: {workload: static-site, quotaMegabytes: "1"}
          prices:
            - currency: EUR
              components:
                - {code: hosting, name: Hosting, per: hour, price: 0.01}
        - code: support
          name: Support
          billing: in-arrears
          prices:
            - currency: EUR
              components:
                - {code: base, name: Base, per: hour, price: 0.01}
      """;

  private static TestServer server;
  private static ApiClient admin;
  private static ApiClient ada;

  @BeforeAll
  static void start() {
    server = TestServer.start(TestServer.settingsWithSites());
    admin = server.admin();
    admin.postYaml("/v1/admin/catalog/apply", CATALOG);
    JsonNode made =
        server
            .client()
            .post(
                "/v1/customers",
                Map.of("name", "Ada", "email", "ada@example.org", "password", "a good password"));
    ada = server.client().withToken(made.path("token").asText());
    ada.post("/v1/cards", Map.of("token", "4242424242424242"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String start(String product, Map<String, String> more) {
    Map<String, Object> body = new java.util.HashMap<>(more);
    body.put("product", product);
    return ada.post("/v1/subscriptions", body).at("/subscription/id").asText();
  }

  private static JsonNode status(String id) {
    return ada.get("/v1/subscriptions/" + id + "/status");
  }

  private static String running(String name) {
    String id = start("site", Map.of("name", name));
    await(id, "up");
    return id;
  }

  private static void await(String id, String wanted) {
    long deadlineNanos = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!status(id).path("status").asText().equals(wanted)
        && System.nanoTime() < deadlineNanos) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    assertThat(status(id).path("status").asText()).isEqualTo(wanted);
  }

  private static Path sites() {
    return server.server().services().config().dataFolder().resolve("provisioners/site/sites");
  }

  private static String command(String... words) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      String[] all = new String[words.length + 3];
      all[0] = "reconcile";
      System.arraycopy(words, 0, all, 1, words.length);
      all[words.length + 1] = "--data";
      all[words.length + 2] = server.server().services().config().dataFolder().toString();
      assertThat(InnkeeperCommand.execute(all)).isZero();
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aServiceIsUpDownOrNone() {
    String support = start("support", Map.of());
    assertThat(status(support).path("status").asText()).isEqualTo("none");
    String site = running("up-and-down");
    JsonNode up = status(site);
    assertThat(up.path("state").asText()).isEqualTo("RUNNING");
    assertThat(up.at("/facts/url").asText()).startsWith("http://");
    assertThat(up.path("history")).isNotEmpty();
    assertThatThrownBy(() -> server.client().get("/v1/subscriptions/" + site + "/status"))
        .hasMessageContaining("POST /v1/sessions gives a token");
    assertThatThrownBy(() -> status(UUID.randomUUID().toString())).hasMessageContaining("no");
    ada.post("/v1/subscriptions/" + site + "/cancel", Map.of("when", "now"));
    await(site, "none");
  }

  @Test
  void aSiteTakesNoCommands() {
    String site = running("quiet");
    assertThatThrownBy(
            () -> ada.post("/v1/subscriptions/" + site + "/commands", Map.of("command", "ls /")))
        .hasMessageContaining("takes no commands");
  }

  /** One after the other in one test: they look at the same world. */
  @Test
  void whatDiffersIsSaidPutRightAndOrphansAreDeletedWhenNamed() throws IOException {
    assertThat(command("--plan")).isEqualTo("Nothing differs.\n");
    String site = running("drifting");
    Path file = sites().resolve(site + ".properties");
    String content = Files.readString(file);
    Files.delete(file);
    UUID orphan = UUID.randomUUID();
    Files.writeString(
        sites().resolve(orphan + ".properties"),
        content.replace(site, orphan.toString()).replace("drifting", "nobodys"));

    assertThat(command())
        .contains("create", "drifting", "it is paid for and not there")
        .contains("report-orphan", "nobodys", orphan.toString(), "belongs to no subscription");
    assertThat(file).as("a plan changes nothing").doesNotExist();

    assertThat(command("--apply"))
        .contains("report-orphan", orphan.toString())
        .doesNotContain("drifting");
    await(site, "up");
    assertThat(file).exists();
    assertThat(sites().resolve(orphan + ".properties")).as("nobody said so").exists();

    assertThat(command("--delete-orphan", orphan.toString()))
        .isEqualTo("Deleted: " + orphan + "\n");
    assertThat(sites().resolve(orphan + ".properties")).doesNotExist();
    assertThat(command("--plan")).isEqualTo("Nothing differs.\n");
  }

  @Test
  void anAdminSeesWhatRunsAndHasItTriedAgain() {
    String site = running("listed");
    JsonNode found = admin.get("/v1/admin/resources?status=running");
    assertThat(found.at("/counts/RUNNING").asInt()).isPositive();
    JsonNode item =
        java.util.stream.StreamSupport.stream(found.path("items").spliterator(), false)
            .filter(i -> i.path("id").asText().equals(site))
            .findFirst()
            .orElseThrow();
    assertThat(item.path("name").asText()).isEqualTo("listed");
    admin.post(
        "/v1/admin/customers/" + item.path("customerId").asText() + "/resources/" + site + "/retry",
        Map.of());
    await(site, "up");
    assertThatThrownBy(() -> admin.get("/v1/admin/resources?status=odd"))
        .hasMessageContaining("status");
  }
}
