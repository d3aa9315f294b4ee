package dev.innkeeper.server.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.TestServer;
import dev.innkeeper.server.client.ApiClient;
import dev.innkeeper.server.config.ConfigKey;
import dev.innkeeper.server.swarm.RealSwarm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pub's page in a real Chromium, with a real swarm below. Skipped, aloud, without either. */
class LivePageTest {
  private static final String CATALOG =
      """
      products:
        - code: pub
          name: Pub
          billing: in-arrears
          provisioner: %s
          template:
            workload: container
            image: innkeeper-test/busybox:1
            "image[kind=broken]": innkeeper-test/no-such-image:1
            command: >-
              sh -c 'echo "<h1>${name}</h1>" > /pub/index.html;
              exec httpd -f -p 8008 -h /pub'
            cpuMillis: "200"
            memoryMegabytes: "32"
            volume.pub: /pub:10
            port.http: 8008/http
          options:
            kind: [sound, broken]
          prices:
            - currency: EUR
              components:
                - {code: pub, name: Pub, per: hour, price: 0.01, monthlyCap: 5.00}
      """;

  private final String name = "live-" + UUID.randomUUID().toString().substring(0, 8);
  private RealSwarm swarm;
  private TestServer server;
  private Chromium browser;
  private ApiClient ada;

  @BeforeEach
  void start() {
    swarm = RealSwarm.reach();
    Optional<Path> chromium = Chromium.installed();
    assumeTrue(chromium.isPresent(), "NOT TESTED IN A BROWSER: there is no Chromium here");
    server =
        TestServer.start(
            TestServer.settings()
                .option(
                    ConfigKey.PLUGINS_MODULES, Path.of("..", "provisioner-docker-swarm"), "test")
                .provisioner(
                    name,
                    Map.of(
                        "kind", "docker-swarm",
                        "dockerHost", swarm.host(),
                        "publicHost", "127.0.0.1",
                        "allowedCommands", "echo,date,ls",
                        "stopGraceSeconds", "1")));
    server.admin().postYaml("/v1/admin/catalog/apply", CATALOG.formatted(name));
    JsonNode made =
        server
            .client()
            .post(
                "/v1/customers",
                Map.of("name", "Ada", "email", "ada@example.org", "password", "a good password"));
    ada = server.client().withToken(made.path("token").asText());
    ada.post("/v1/cards", Map.of("token", "4242424242424242"));
    browser = Chromium.start(chromium.get());
  }

  @AfterEach
  void stop() throws IOException {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
    if (swarm != null) {
      swarm.removeServices("dev.innkeeper.instance=" + name);
    }
  }

  private String order(String pub, String kind) {
    return ada.post(
            "/v1/subscriptions",
            Map.of("product", "pub", "name", pub, "options", Map.of("kind", kind)))
        .at("/subscription/id")
        .asText();
  }

  private void signIn(String email, String password) {
    browser.signIn(server.url(), email, password);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadlineNanos);
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  /** Also in the moment in which the page shows itself anew. */
  private String text() {
    return browser.eval("document.body ? document.body.innerText : ''").asText();
  }

  /** For people to look at, at both widths. */
  private void picture(String page) throws IOException {
    for (int width : new int[] {1280, 390}) {
      browser.look(width, 900, "light");
      Files.write(Path.of("target", "live-" + page + "-" + width + ".png"), browser.screenshot());
    }
    browser.look(1280, 900, "light");
  }

  @Test
  void aPubIsWatchedFromItsStartAndCommanded() throws IOException {
    String pub = order("adas-pub", "sound");
    signIn("ada@example.org", "a good password");
    browser.open(server.url() + "/services/" + pub);
    // Nobody reloads: what happens is shown as it does.
    await("it runs", () -> text().contains("Running") && text().contains("It is up"));
    await(
        "the plot has a line",
        () ->
            browser
                .eval(
                    "(document.querySelector('#memory-line') || {getAttribute: () => ''})"
                        + ".getAttribute('points').split(' ').length > 2")
                .asBoolean());
    assertThat(browser.eval("document.querySelector('#memory-now').textContent").asText())
        .matches("[0-9.]+ (KB|MB)");
    assertThat(text()).contains("http://127.0.0.1:3", "What happened");

    browser.fill("input[name=command]", "echo 'hello   pub'");
    browser.click("#commands form button");
    assertThat(text()).contains("hello   pub", "Done", "ada@example.org");
    browser.fill("input[name=command]", "rm -rf /pub");
    browser.click("#commands form button");
    assertThat(text()).contains("Not allowed", "'rm' is not allowed here");
    picture("service");
  }

  @Test
  void whatGoesWrongIsToldInTheEnginesOwnWordsToOwnerAndAdmin() throws IOException {
    String pub = order("broken-pub", "broken");
    signIn("ada@example.org", "a good password");
    browser.open(server.url() + "/services/" + pub);
    await("the reason is shown", () -> text().contains("No such image"));
    picture("broken");
    assertThat(ada.get("/v1/subscriptions/" + pub + "/status").path("status").asText())
        .isEqualTo("down");

    Path folder = server.server().services().config().dataFolder();
    String[] admin = Files.readString(folder.resolve("admin.sign-in")).trim().split(" ", 2);
    signIn(admin[0], admin[1]);
    browser.open(server.url() + "/admin/resources?state=in-progress");
    assertThat(text()).contains("broken-pub", "No such image", "failed in a row", "Try again");
    picture("resources");
    browser.open(server.url() + "/admin/resources/difference");
    picture("difference");
    browser.open(server.url() + "/admin/resources?state=in-progress");
    browser.click("td a");
    assertThat(text()).contains("broken-pub", "Ada", "Try again now");
  }
}
